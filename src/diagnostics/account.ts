import { AppError } from "../errors.ts";
import { type Check, fine } from "./check.ts";
import { type Problem, problem } from "./problems.ts";

export const provider: Check<"provider"> = {
  id: "provider",
  needs: [],
  look: async (subject) => {
    const facts = subject.provider();
    await subject.mayBeReached();
    return fine(facts);
  },
};

export const key: Check<"key"> = {
  id: "key",
  needs: ["provider"],
  look: async (subject) => {
    const facts = await subject.key();
    return facts === null ? { skip: "no_key" } : fine(facts);
  },
};

/** Errors that speak of the list of models alone: a gateway may have none, and answer all the same. */
const onlyTheList = new Set(["request_refused", "model_not_found", "not_a_stream"]);

export const models: Check<"models"> = {
  id: "models",
  needs: ["key", "answer"],
  look: async (subject) => {
    const { provider: name } = subject.provider();
    try {
      const { ids, model, successor } = await subject.models();
      if (model === null) throw new AppError("no_model", { provider: name });
      const listed = ids.includes(model);
      return fine(
        { count: ids.length, model, listed },
        successor !== null && problem("model_retired", { model, successor }),
        successor === null && !listed && problem("model_unlisted", { provider: name, model }),
      );
    } catch (error) {
      if (!(error instanceof AppError) || !onlyTheList.has(error.code)) throw error;
      const { status } = error.details as { status?: number };
      return { facts: null, problems: [problem("no_list", { provider: name, reason: String(status ?? error.code) })] };
    }
  },
};

export const failover: Check<"failover"> = {
  id: "failover",
  needs: ["provider"],
  look: async (subject) => {
    const tried = await subject.failover();
    if (tried.length === 0) return { skip: "no_failover" };
    const problems = tried.flatMap(({ name, provider: whose, model, error, listed }): Problem[] => {
      if (error !== null) return [{ kind: "error", error, about: name }];
      return listed === false ? [problem("model_unlisted", { provider: whose, model })] : [];
    });
    return { facts: { routes: tried.map(({ name, error }) => ({ name, works: error === null })) }, problems };
  },
};

export const balance: Check<"balance"> = {
  id: "balance",
  needs: ["models"],
  look: async (subject) => {
    const balances = await subject.balance();
    if (balances === null) return { skip: "no_balance" };
    const reason = balances.map(({ currency, total }) => `${total} ${currency}`).join(", ");
    const { provider: name } = subject.provider();
    const empty = balances.every(({ total }) => !(Number(total) > 0));
    const problems = empty
      ? [{ kind: "error" as const, error: new AppError("no_balance", { provider: name, reason }) }]
      : [];
    return { facts: { balances }, problems };
  },
};
