import type { CheckId, Subject } from "./subject.ts";
import { type Check, fine } from "./check.ts";
import type { Probe } from "./probe.ts";
import { problem } from "./problems.ts";

/** What the model's service really does, found out by asking it, and what was found out earlier. */
export const findings: Check<"findings"> = {
  id: "findings",
  needs: ["provider"],
  look: (subject) => {
    const found = subject.findings();
    return found === null || subject.probe !== null ? { skip: "not_probed" } : fine(found);
  },
};

const needs: readonly CheckId[] = ["key", "answer", "models"];

export const streaming: Check<"streaming"> = {
  id: "streaming",
  needs,
  look: async (subject) => {
    const probe = await probeOf(subject);
    const { answer } = await probe.first();
    if (answer.refused !== null) throw answer.refused;
    const { firstMs, totalMs, finishReason, done, slow } = answer;
    const whole = finishReason !== null && done;
    const seconds = Math.round(totalMs / 1000);
    return fine(
      { firstMs, totalMs, finishReason, done },
      slow && problem("still_answering", { model: probe.door.model, seconds }),
      !whole && !slow && problem("unfinished_stream", { provider: probe.door.provider }),
    );
  },
};

export const usage: Check<"usage"> = {
  id: "usage",
  needs: ["streaming"],
  look: async (subject) => {
    const probe = await probeOf(subject);
    const { answer, streamUsage } = await probe.first();
    if (answer.slow && answer.usages === 0) return { skip: "too_slow" };
    const where = answer.usages === 0 ? "none" : answer.usages === 1 ? "end" : "every";
    const details = fieldsOf(answer.usage?.["completion_tokens_details"]);
    const facts = {
      where,
      asked: streamUsage,
      cache: cacheField(answer.usage),
      reasoning: "reasoning_tokens" in details,
    } as const;
    return fine(facts, where === "none" && problem("no_usage", { provider: probe.door.provider }));
  },
};

/** The field that tells what came from the prefix cache. */
function cacheField(fields: Readonly<Record<string, unknown>> | null): string | null {
  if (fields === null) return null;
  if ("prompt_cache_hit_tokens" in fields) return "prompt_cache_hit_tokens";
  return "cached_tokens" in fieldsOf(fields["prompt_tokens_details"]) ? "prompt_tokens_details.cached_tokens" : null;
}

function fieldsOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

export const thinking: Check<"thinking"> = {
  id: "thinking",
  needs: ["streaming"],
  look: async (subject) => {
    const probe = await probeOf(subject);
    if (probe.slow) return { skip: "too_slow" };
    const { refused, ...facts } = await probe.thinking();
    if (probe.slow) return { skip: "too_slow" };
    const { provider, thinking: form } = probe.door;
    const { form: works, byDefault, on } = facts;
    const thinks = byDefault || on === true;
    return fine(
      facts,
      works !== form && works !== "none" && problem("other_switch", { provider, form, works }),
      works === "none" && refused && problem("refused_switch", { provider, form }),
      works === "none" && !refused && form !== "none" && thinks && problem("idle_switch", { provider, form }),
    );
  },
};

export const prefix: Check<"prefix"> = {
  id: "prefix",
  needs: ["streaming"],
  look: async (subject) => {
    const probe = await probeOf(subject);
    if (probe.slow) return { skip: "too_slow" };
    const works = await probe.prefix();
    if (probe.slow && works === "none") return { skip: "too_slow" };
    const { provider, prefix: form } = probe.door;
    return fine({ form: works }, works !== form && problem("other_prefix", { provider, form, works }));
  },
};

export const json: Check<"json"> = {
  id: "json",
  needs: ["streaming"],
  look: async (subject) => {
    const probe = await probeOf(subject);
    if (probe.slow) return { skip: "too_slow" };
    const facts = await probe.json();
    if (probe.slow && !facts.valid) return { skip: "too_slow" };
    return fine(facts, !facts.valid && problem("no_json", { provider: probe.door.provider }));
  },
};

export const schema: Check<"schema"> = {
  id: "schema",
  needs: ["streaming"],
  look: async (subject) => {
    const probe = await probeOf(subject);
    if (probe.slow) return { skip: "too_slow" };
    const works = await probe.schema();
    if (probe.slow && works === "prompt") return { skip: "too_slow" };
    const { provider, schema: form } = probe.door;
    return fine({ form: works }, works !== form && problem("other_schema", { provider, form, works }));
  },
};

async function probeOf({ probe }: Subject): Promise<Probe> {
  if (probe === null) throw new Error("nobody asked for questions");
  return await probe();
}
