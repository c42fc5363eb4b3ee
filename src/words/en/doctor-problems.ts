import type { ErrorWords } from "../error-words.ts";
import { refusalIn } from "./folder.ts";

/** What is wrong, and what to do about it. */
export const problems = {
  dumb_terminal: ({ term }: { term: string }): ErrorWords => ({
    what: term === "" ? "TERM isn't set." : `TERM is ${term}.`,
    next: "Set it to your terminal's type, e.g. xterm-256color, for colours and in-place updates.",
  }),
  narrow_terminal: ({ columns }: { columns: number }): ErrorWords => ({
    what: `The terminal has only ${columns} columns.`,
    next: "Make it wider to keep tables and code from wrapping.",
  }),
  wrong_width: ({ columns }: { columns: number }): ErrorWords => ({
    what: `Chinese characters take ${columns === 1 ? "1 column" : `${columns} columns`} in this terminal instead of 2.`,
    next: "Use a UTF-8 locale (LANG=C.UTF-8) and a font with Chinese characters.",
  }),
  readable_by_others: ({ path, mode }: { path: string; mode: string }): ErrorWords => ({
    what: `Other users of this machine can read ${path} (mode ${mode}).`,
    next: `Run: chmod go-rwx '${path}'`,
  }),
  writable_by_others: ({ path, mode }: { path: string; mode: string }): ErrorWords => ({
    what: `Other users of this machine can write to ${path} (mode ${mode}).`,
    next: `Run: chmod go-w '${path}'`,
  }),
  foreign_owner: ({ path }: { path: string }): ErrorWords => ({
    what: `${path} belongs to another user.`,
    next: "It may have been created with sudo. Change its owner with chown.",
  }),
  not_writable: ({ path, reason }: { path: string; reason: string }): ErrorWords => ({
    what: `Can't write to ${path}: ${refusalIn(reason)}.`,
    next: "Change its permissions, or set another location in the settings.",
  }),
  no_space: ({ path, megabytes }: { path: string; megabytes: number }): ErrorWords => ({
    what: `Only ${megabytes} MB left on the disk of ${path}.`,
    next: "Free some space; without it, answers can't be saved.",
  }),
  unreadable_transcripts: (seen: { folder: string; count: number; first: string; reason: string }): ErrorWords => ({
    what: `Can't read ${seen.count} ${seen.count === 1 ? "file" : "files"} in ${seen.folder}, the first being ${seen.first} (${refusalIn(seen.reason)}).`,
    next: "Check their owner and permissions.",
  }),
  leftover_pictures: (seen: { folder: string; count: number; first: string; bytes: number }): ErrorWords => ({
    what: `${(seen.bytes / 1e6).toFixed(1)} MB of pictures in ${seen.folder} no longer belong to a transcript (first folder: ${seen.first}).`,
    next: `Put the transcript back beside ${seen.count === 1 ? "it" : "them"}, or delete ${seen.count === 1 ? "the folder" : `the ${seen.count} folders`}.`,
  }),
  index_damaged: ({ path }: { path: string }): ErrorWords => ({
    what: `The index ${path} is damaged.`,
    next: "No action needed: the next search rebuilds it from the conversations.",
  }),
  index_blocked: ({ path }: { path: string }): ErrorWords => ({
    what: `The index ${path} can't be used.`,
    next: "If another program is using it, try again later; if its permissions are wrong, delete it and the next search rebuilds it.",
  }),
  malformed_proxy: ({ variable }: { variable: string }): ErrorWords => ({
    what: `${variable} isn't a valid URL.`,
    next: "Use http://host:port, with user:password@ before the host if the proxy requires it.",
  }),
  unsupported_proxy: ({ variable, scheme }: { variable: string; scheme: string }): ErrorWords => ({
    what: `${variable} names a ${scheme} proxy, which isn't supported.`,
    next: "Use an http://, https:// or socks5:// proxy.",
  }),
  unreadable_certificates: ({ path, reason }: { path: string; reason: string }): ErrorWords => ({
    what: `Can't read ${path}, named by NODE_EXTRA_CA_CERTS: ${refusalIn(reason)}.`,
    next: "Correct the path; until then Node ignores it.",
  }),
  certificate_ends: ({ days }: { days: number }): ErrorWords => ({
    what: `The service's certificate expires in ${days} ${days === 1 ? "day" : "days"}.`,
    next: "Its operator must renew it.",
  }),
  not_running: ({ host }: { host: string }): ErrorWords => ({
    what: `No server is running at ${host} on this machine.`,
    next: "Start it (for Ollama: ollama serve), or correct the port in base_url.",
  }),
  slow: ({ seconds }: { seconds: number }): ErrorWords => ({
    what: `The first byte took ${seconds} s.`,
    next: "The service is busy, or a proxy or the network is slow; try again later.",
  }),
  clock_off: ({ seconds }: { seconds: number }): ErrorWords => ({
    what: `This machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} the service's.`,
    next: "Set it (timedatectl set-ntp true): times in transcripts and off-peak prices depend on it.",
  }),
  secret_in_file: ({ setting }: { setting: string }): ErrorWords => ({
    what: `${setting} in the config file holds what looks like a key.`,
    next: "Put the key into an environment variable and write ${NAME} there, or use key_variable.",
  }),
  no_list: ({ provider, reason }: { provider: string; reason: string }): ErrorWords => ({
    what: `${provider} doesn't list its models (${reason}), so neither key nor model could be checked.`,
    next: "Ask a question, or run doctor --probe.",
  }),
  model_unlisted: ({ provider, model }: { provider: string; model: string }): ErrorWords => ({
    what: `${provider} doesn't list ${model}.`,
    next: `See deepseek-chat models -p ${provider}; some services accept other names too.`,
  }),
  model_retired: ({ model, successor }: { model: string; successor: string }): ErrorWords => ({
    what: `${model} was retired.`,
    next: `Run: deepseek-chat config set model ${successor}`,
  }),
  still_answering: ({ model, seconds }: { model: string; seconds: number }): ErrorWords => ({
    what: `${model} is slow: still answering after ${seconds} s.`,
    next: "This isn't a fault. Allow more time with doctor --probe --timeout, or use a smaller model.",
  }),
  unfinished_stream: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider} ends a stream without a finish reason or without [DONE].`,
    next: "Complete answers may be taken for cut-off ones; --no-stream avoids that.",
  }),
  no_usage: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider} doesn't report token usage in streams.`,
    next: "No action needed: tokens and cost of its answers are shown as unknown.",
  }),
  refused_switch: ({ provider, form }: { provider: string; form: string }): ErrorWords => ({
    what: `${provider} rejects the thinking switch in the form ${form}.`,
    next: "It is no longer sent to this model.",
  }),
  idle_switch: ({ provider, form }: { provider: string; form: string }): ErrorWords => ({
    what: `${provider} accepts the thinking switch in the form ${form} but ignores it.`,
    next: "Use another model to turn thinking on or off.",
  }),
  other_switch: ({ provider, form, works }: { provider: string; form: string; works: string }): ErrorWords => ({
    what: `${provider} expects the thinking switch in the form ${works}, not ${form}.`,
    next: "That form is now used for this model.",
  }),
  other_prefix: ({ provider, form, works }: { provider: string; form: string; works: string }): ErrorWords => ({
    what: `${provider} supports prefix completion in the form ${works}, not ${form}.`,
    next: "That is now used for this model.",
  }),
  other_schema: ({ provider, form, works }: { provider: string; form: string; works: string }): ErrorWords => ({
    what: `${provider} gives answers that fit a schema in the form ${works}, not ${form}.`,
    next: "That form is now used for this model.",
  }),
  no_json: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider}'s JSON mode doesn't work with this model.`,
    next: "Ask for JSON in the question instead.",
  }),
};
