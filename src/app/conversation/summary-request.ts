import type { Message } from "../../chat/messages.ts";
import type { ToolDefinition } from "../../chat/tool-definition.ts";
import { runTurn } from "../../chat/turn.ts";
import type { Engine } from "../engine.ts";
import { summarise } from "./compaction.ts";
import type { ChatState } from "./chat-state.ts";
import { inForce } from "./sampling.ts";
import { billOwnRequest } from "../usage/own-requests.ts";
import { type Accounts, meteringOf } from "../usage/cost-meter.ts";
import { TurnPlace } from "../usage/turn-place.ts";

/**
 * Has the model in use summarise a conversation. It is a request of the program's own: nothing that a person set for questions
 * goes with it but the switch for thinking where that is off, and the tools, none of which it may call: they stand before the messages,
 * which services would else not find in their cache. What it takes is added to the spending.
 *
 * @param tools that the conversation's questions offer
 * @param context tokens of the conversation, and those that the model reads; null when unknown
 * @throws AppError as `summarise`, and where the model cannot be opened
 */
export async function requestSummary(
  engine: Engine,
  accounts: Accounts,
  { connection, modelId, conversation, inherited, writer }: ChatState,
  { tokens, window }: { readonly tokens: number; readonly window: number | null },
  tools: readonly ToolDefinition[],
  signal: AbortSignal,
): Promise<string> {
  const asked = { provider: connection.name, model: modelId };
  const { stream, thinking } = inForce(engine.settings, inherited);
  const ask = async (messages: readonly Message[]) => {
    const place = new TurnPlace(writer, true);
    const metering = meteringOf(accounts, "summary", place, false);
    const model = await engine.openModel(asked, connection, metering);
    const off = thinking === false ? { enabled: false, effort: null } : null;
    const offered = tools.length > 0 ? ({ tools, toolChoice: "none" } as const) : {};
    const request = { model: modelId, messages, sampling: {}, thinking: off, stream, ...offered };
    const result = await runTurn(model, request, [], signal, asked);
    await billOwnRequest(accounts.spending, writer, result, "summary", place, signal);
    return result;
  };
  const { system } = conversation;
  const { prompts } = engine;
  return await summarise(conversation.turns, { ask, tokens, window, system, provider: asked.provider, prompts });
}
