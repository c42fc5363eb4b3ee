import type { ErrorWords } from "../error-words.ts";

/** What is wrong, and what to do about it. */
export const problems = {
  dumb_terminal: ({ term }: { term: string }): ErrorWords => ({
    what: term === "" ? "TERM is not set." : `TERM is ${term}.`,
    next: "Set it to what your terminal is, e.g. xterm-256color; until then nothing is coloured or drawn in place.",
  }),
  narrow_terminal: ({ columns }: { columns: number }): ErrorWords => ({
    what: `The terminal has only ${columns} columns.`,
    next: "Make it wider: tables and code wrap all the time.",
  }),
  wrong_width: ({ columns }: { columns: number }): ErrorWords => ({
    what: `The terminal draws a Chinese character on ${columns === 1 ? "1 column" : `${columns} columns`} instead of 2.`,
    next: "Choose a UTF-8 locale (LANG=C.UTF-8) and a font with Chinese characters.",
  }),
  readable_by_others: ({ path, mode }: { path: string; mode: string }): ErrorWords => ({
    what: `Others on this machine can read ${path} (mode ${mode}).`,
    next: `Run: chmod go-rwx '${path}'`,
  }),
  writable_by_others: ({ path, mode }: { path: string; mode: string }): ErrorWords => ({
    what: `Others on this machine can write to ${path} (mode ${mode}).`,
    next: `Run: chmod go-w '${path}'`,
  }),
  foreign_owner: ({ path }: { path: string }): ErrorWords => ({
    what: `${path} belongs to another user.`,
    next: "Was the program run with sudo once? Give it back with chown.",
  }),
  not_writable: ({ path, reason }: { path: string; reason: string }): ErrorWords => ({
    what: `${path} cannot be written to (${reason}).`,
    next: "Change its permissions, or name another place in the settings.",
  }),
  no_space: ({ path, megabytes }: { path: string; megabytes: number }): ErrorWords => ({
    what: `There are only ${megabytes} MB left on the disk of ${path}.`,
    next: "Free some space, or answers will soon not be saved.",
  }),
  unreadable_transcripts: (seen: { folder: string; count: number; first: string; reason: string }): ErrorWords => ({
    what: `${seen.count} ${seen.count === 1 ? "file" : "files"} in ${seen.folder} cannot be read, the first one ${seen.first} (${seen.reason}).`,
    next: "Check who owns them and their permissions.",
  }),
  index_damaged: ({ path }: { path: string }): ErrorWords => ({
    what: `The index ${path} is damaged.`,
    next: "Nothing to do: the next search makes a new one from the conversations.",
  }),
  index_blocked: ({ path }: { path: string }): ErrorWords => ({
    what: `The index ${path} cannot be used now.`,
    next: "Either another program keeps it, then try again; or its mode forbids it, then delete it: the next search makes a new one.",
  }),
  malformed_proxy: ({ variable }: { variable: string }): ErrorWords => ({
    what: `${variable} is no URL.`,
    next: "Write it as http://host:port, with user:password@ before the host where the proxy wants that.",
  }),
  unsupported_proxy: ({ variable, scheme }: { variable: string; scheme: string }): ErrorWords => ({
    what: `${variable} names a ${scheme} proxy, which the program cannot go through.`,
    next: "Name an http://, https:// or socks5:// proxy.",
  }),
  unreadable_certificates: ({ path, reason }: { path: string; reason: string }): ErrorWords => ({
    what: `NODE_EXTRA_CA_CERTS names ${path}, which cannot be read (${reason}).`,
    next: "Correct the path; Node goes on without it.",
  }),
  certificate_ends: ({ days }: { days: number }): ErrorWords => ({
    what: `The service's certificate ends in ${days} ${days === 1 ? "day" : "days"}.`,
    next: "Whoever runs the service must renew it.",
  }),
  not_running: ({ host }: { host: string }): ErrorWords => ({
    what: `No server runs at ${host} on this machine.`,
    next: "Start it (for Ollama: ollama serve), or correct the port in its base_url.",
  }),
  slow: ({ seconds }: { seconds: number }): ErrorWords => ({
    what: `The first byte took ${seconds} s.`,
    next: "The service is busy, or a proxy or the network is slow; try again later.",
  }),
  clock_off: ({ seconds }: { seconds: number }): ErrorWords => ({
    what: `This machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} the service's.`,
    next: "Set it (timedatectl set-ntp true); times in transcripts and prices by the hour go by it.",
  }),
  no_list: ({ provider, reason }: { provider: string; reason: string }): ErrorWords => ({
    what: `${provider} gives no list of its models (${reason}), so neither key nor model could be tried.`,
    next: "Ask it something, or run doctor --probe.",
  }),
  model_unlisted: ({ provider, model }: { provider: string; model: string }): ErrorWords => ({
    what: `${provider} does not list ${model}.`,
    next: `deepseek-chat models -p ${provider} shows what it offers; some answer by other names too.`,
  }),
  model_retired: ({ model, successor }: { model: string; successor: string }): ErrorWords => ({
    what: `${model} was retired.`,
    next: `Run: deepseek-chat config set model ${successor}`,
  }),
  still_answering: ({ model, seconds }: { model: string; seconds: number }): ErrorWords => ({
    what: `${model} was still answering after ${seconds} s; it is slow.`,
    next: "Nothing is out of order. Give it longer with doctor --probe --timeout, or take a smaller model.",
  }),
  unfinished_stream: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider} ends a stream without a finish reason or without [DONE].`,
    next: "Whole answers may be taken for cut ones; --no-stream helps.",
  }),
  no_usage: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider} does not tell how many tokens a stream took.`,
    next: "Nothing to do: tokens and cost of its answers stay unknown.",
  }),
  refused_switch: ({ provider, form }: { provider: string; form: string }): ErrorWords => ({
    what: `${provider} refuses the thinking switch in the form ${form}.`,
    next: "From now on none is sent to this model.",
  }),
  idle_switch: ({ provider, form }: { provider: string; form: string }): ErrorWords => ({
    what: `${provider} takes the thinking switch in the form ${form} and does not act on it.`,
    next: "Choose another model where thinking is to be on or off.",
  }),
  other_switch: ({ provider, form, works }: { provider: string; form: string; works: string }): ErrorWords => ({
    what: `${provider} switches thinking in the form ${works}, not ${form}.`,
    next: "From now on that form is sent to this model.",
  }),
  other_prefix: ({ provider, form, works }: { provider: string; form: string; works: string }): ErrorWords => ({
    what: `${provider} goes on from a beginning in the form ${works}, not ${form}.`,
    next: "From now on the program goes by that for this model.",
  }),
  no_json: ({ provider }: { provider: string }): ErrorWords => ({
    what: `${provider} has no JSON mode that works with this model.`,
    next: "Ask for JSON in words.",
  }),
};
