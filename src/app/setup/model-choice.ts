import { looksLikeKey } from "../../config/keys.ts";
import type { OfferedModel } from "../../providers/model-list.ts";
import { askText, choose, chooseName } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";

/** Up to so many are chosen with the arrow keys alone; more are looked for by typing. */
const fewModels = 12;

/**
 * The model to start with: the preferred one where it is offered, the only one, or a chosen one.
 *
 * @param offered null where the service gives no list: a name is asked for then
 * @param preferred what is set or usual; null for none
 * @throws AppError `interrupted`
 */
export async function chooseModel(
  { terminal, words }: Console,
  provider: string,
  offered: readonly OfferedModel[] | null,
  preferred: string | null,
): Promise<string> {
  const ids = (offered ?? []).filter(({ chats }) => chats).map(({ id }) => id);
  if (preferred !== null) {
    if (offered === null || offered.some(({ id }) => id === preferred)) return preferred;
    terminal.warn(words.setup.notOffered({ provider, model: sanitize(preferred) }));
    if (ids.length === 0) return preferred;
  }
  if (ids.length === 0) return await askModel(words);
  if (ids.length === 1) return ids[0]!;
  if (ids.length > fewModels) {
    const chosen = await chooseName(words.setup.model, ids, looksLikeKey);
    if (!ids.includes(chosen)) terminal.warn(words.setup.notOffered({ provider, model: sanitize(chosen) }));
    return chosen;
  }
  return await choose(
    words.setup.model,
    ids.map((id) => ({ value: id, name: id })),
  );
}

async function askModel(words: Console["words"]): Promise<string> {
  return await askText(words.setup.modelName, {
    hidden: looksLikeKey,
    problem: (typed) => {
      if (typed === "") return words.setup.modelName;
      return looksLikeKey(typed) ? words.setup.isKey : null;
    },
  });
}
