import type { ErrorDetails } from "../../errors.ts";
import type { ErrorWords } from "../error-words.ts";

/** Refusals whose wording depends on more than their code. */

export function keyWanted({ provider, status, reason, variable }: ErrorDetails["key_wanted"]): ErrorWords {
  const otherwise =
    variable === null ? `set providers.${provider}.key_variable to the variable that holds it` : `set ${variable}`;
  return {
    what: `${provider} requires an API key, and none is set (${status}: ${reason}).`,
    next: `Run deepseek-chat setup -p ${provider} in a terminal, or ${otherwise}.`,
  };
}

export function forbidden({ provider, origin, reason }: ErrorDetails["forbidden"]): ErrorWords {
  return origin === ""
    ? {
        what: `${provider} denied the request (403: ${reason}).`,
        next: "It was sent without an API key; the service may require one, or not allow this machine.",
      }
    : {
        what: `${provider} denied access with the key from ${origin} (403: ${reason}).`,
        next: "Check the account's balance and identity verification on the provider's site.",
      };
}

export function refused(details: ErrorDetails["request_refused"]): ErrorWords {
  const { provider, status, reason, advice, url, suggested, fields, setting } = details;
  const what = `${provider} refused the request (${status}: ${reason}).`;
  if (advice === "field")
    return { what, next: `${fields[0]} comes from your setting (${setting}): remove or change it.` };
  if (advice === "tools") {
    return { what, next: "This model can't call tools: ask without (--no-tools), or choose another model." };
  }
  if (advice === "https") return { what, next: `The server speaks https: set the base URL to ${suggested}.` };
  if (advice !== "route") return { what, next: "Correct what it names and ask again." };
  const usual = suggested === null ? "" : `; most servers expect …/v1: ${suggested}`;
  return {
    what: `No such endpoint at ${provider}: ${url} (${status}: ${reason}).`,
    next: url.endsWith("/completions")
      ? `Check the base URL (without /chat/completions)${usual}.`
      : `The service may not offer this; otherwise check the base URL${usual}.`,
  };
}
