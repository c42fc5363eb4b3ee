import type { ErrorDetails } from "../../errors.ts";
import type { ErrorWords } from "../error-words.ts";

/** Refusals that are told by more than their code. */

export function keyWanted({ provider, status, reason, variable }: ErrorDetails["key_wanted"]): ErrorWords {
  const otherwise =
    variable === null ? `set providers.${provider}.key_variable to the variable that holds it` : `set ${variable}`;
  return {
    what: `${provider} wants an API key, and none is set (${status}: ${reason}).`,
    next: `Run deepseek-chat setup -p ${provider} in a terminal, or ${otherwise}.`,
  };
}

export function forbidden({ provider, origin, reason }: ErrorDetails["forbidden"]): ErrorWords {
  return origin === ""
    ? {
        what: `${provider} refuses the request (403: ${reason}).`,
        next: "It was asked without an API key; perhaps it wants one, or does not let this machine in.",
      }
    : {
        what: `${provider} refuses the account behind the key from ${origin} (403: ${reason}).`,
        next: "Check the account's balance and its real-name verification on the provider's site.",
      };
}

export function refused(details: ErrorDetails["request_refused"]): ErrorWords {
  const { provider, status, reason, advice, url, suggested, fields, setting } = details;
  const what = `${provider} refused the request (${status}: ${reason}).`;
  if (advice === "field")
    return { what, next: `${fields[0]} is your setting (${setting}): leave it out or change it.` };
  if (advice === "https") return { what, next: `It speaks https there: set the base URL to ${suggested}.` };
  if (advice !== "route") return { what, next: "Change what it names and ask again." };
  const usual = suggested === null ? "" : `; most servers want …/v1: ${suggested}`;
  return {
    what: `${provider} has nothing at ${url} (${status}: ${reason}).`,
    next: url.endsWith("/completions")
      ? `Check the base URL${usual}. It is written without /chat/completions.`
      : `It may not offer that; else check the base URL${usual}.`,
  };
}
