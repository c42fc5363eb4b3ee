import type { ErrorCode, ErrorDetails } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";
import { noConnection } from "./no-connection.ts";
import { refusalIn } from "./folder.ts";
import { forbidden, keyWanted, refused } from "./refusals.ts";

type ErrorTable = { readonly [Code in ErrorCode]: (details: ErrorDetails[Code]) => ErrorWords };

export const errors: ErrorTable = {
  internal: ({ message }) => ({
    what: `Internal error: ${message.replace(/\.$/u, "")}.`,
    next: "Rerun with DEEPSEEK_CHAT_DEBUG=1 for the details, and report them.",
  }),
  usage: ({ message }) => ({ what: message, next: "See deepseek-chat --help." }),
  not_possible: ({ message }) => ({ what: message, next: "" }),
  no_question: () => ({
    what: "There is no question.",
    next: 'Give it as words, deepseek-chat ask "…", or pipe it in.',
  }),
  input_unreadable: ({ path, reason, limit = "" }) => {
    const [why, next] = entryOf(inputWords, reason) ?? [() => reason, "Check the path and its permissions."];
    return { what: `Can't read ${path}: ${why(limit)}.`, next };
  },
  input_too_heavy: ({ path, why }) => ({
    what: `The import of ${path} was stopped: it takes too ${why === "time" ? "long" : "much memory"}.`,
    next: "What was imported before stays. Split the file and import its parts.",
  }),
  not_a_conversation: ({ path }) => ({
    what: `${path} holds no conversation in a form that is known.`,
    next: "See deepseek-chat help transcripts import for the forms it reads.",
  }),
  output_exists: ({ path, inSession }) => ({
    what: `There is a file ${path} already.`,
    next: inSession === true ? "Give another name." : "Use --force to replace it.",
  }),
  output_needed: ({ count, form }) => ({
    what: `${count} conversations do not go into one ${form} file.`,
    next: "Name a folder for them with -o.",
  }),
  nothing_named: ({ option }) => ({ what: "No conversation was named.", next: `Give its id, or ${option}.` }),
  not_a_terminal: ({ what, instead }) => ({
    what: `${what} needs a terminal to ask on.`,
    next: instead === undefined ? "Run it in a terminal." : `Run it in a terminal, or with ${instead}.`,
  }),
  unknown_provider: ({ name, known }) => ({
    what: `There is no provider called ${name}.`,
    next: `Known: ${known.join(", ")}. Add another with deepseek-chat setup -p ${name}, or under providers in the config file.`,
  }),
  slow_pattern: ({ pattern, seconds }) => ({
    what: `The search for ${pattern} was ended after ${seconds} s.`,
    next: "Nested repetitions as in (x+)+ take forever on some lines: write the expression without them.",
  }),
  bad_pattern: ({ pattern, reason }) => ({
    what: `${pattern} is no regular expression (${reason}).`,
    next: "Put a backslash before signs that are meant as such, or leave --regex out.",
  }),
  no_working_folder: () => ({
    what: "The folder you are in is no longer there.",
    next: "Go to another one (cd).",
  }),
  no_home: () => ({
    what: "No home directory: HOME is not set to an absolute path, and the account has none.",
    next: "Set HOME.",
  }),
  unknown_setting: ({ name, nearest }) => ({
    what: `There is no setting ${name}${meant(nearest)}.`,
    next: "deepseek-chat config list shows all there are; the README tells what else the config file takes.",
  }),
  bad_value: ({ name, value, expected, nearest }) => ({
    what: `${name} cannot be ${value}${meant(nearest ?? null)}.`,
    next: `Give ${expected}.`,
  }),
  no_such_turns: ({ turns, title, count }) => ({
    what: `No turns ${turns}: “${title}” has ${count} ${count === 1 ? "turn" : "turns"}.`,
    next: count < 2 ? "Leave --turns out to export all of it." : `Give --turns 1 to ${count}, e.g. --turns 1-${count}.`,
  }),
  bad_tag: ({ tag, longest }) => ({
    what: `Invalid tag: ${tag === "" ? '""' : tag}.`,
    next: `A tag is one word of at most ${longest} characters, without blanks, commas and #.`,
  }),
  editor_failed: ({ editor, ended }) => ({
    what: ended === null ? `Can't run the editor ${editor}.` : `The editor ${editor} ended with ${ended}.`,
    next: "Check VISUAL or EDITOR: a command of the shell, with quotes around a path that has blanks.",
  }),
  not_a_log: ({ path }) => ({
    what: `${path} is there and is no log of this program, so nothing is written to it.`,
    next: "Name another file with --log-file or DEEPSEEK_CHAT_LOG.",
  }),
  no_key: ({ provider, variable }) => ({
    what: `There is no API key for ${provider}.`,
    next: `Run deepseek-chat setup -p ${provider} in a terminal, or set ${variable}. To look around without a key: --provider demo.`,
  }),
  no_stored_key: ({ provider, origin }) => ({
    what: `No key is stored for ${provider}.`,
    next:
      origin === null
        ? "deepseek-chat keys list shows which there are."
        : `The one in use comes from ${origin}; remove it there.`,
  }),
  key_malformed: ({ provider, origin }) => ({
    what: `The API key for ${provider} from ${origin} has characters that no key has (blanks, quotes or others).`,
    next: "Copy it once more from the provider's site, the key alone.",
  }),
  key_command_failed: ({ provider, command, why, reason, said }) => ({
    what: `The key_command of ${provider}, ${command}, ${keyCommandWords[why](reason)}${said === "" ? "" : `: ${said}`}.`,
    next: "Try it in a shell: it must print the key, and nothing before it, on stdout.",
  }),
  keyring_failed: ({ provider, keyring, reason }) => ({
    what: `The system keyring (${keyring}), where the key of ${provider} may be, cannot be used: ${reason ?? "there is none here"}.`,
    next: "Unlock it; or set key_store to file and store the key once more with deepseek-chat setup.",
  }),
  key_rejected: ({ provider, status, origin, reason }) => ({
    what: `${provider} does not accept the API key from ${origin} (${status}: ${reason}).`,
    next: "Check it, or store another one with deepseek-chat setup.",
  }),
  key_wanted: keyWanted,
  no_balance: ({ provider, reason }) => ({
    what: `The account at ${provider} has no balance left (${reason}).`,
    next: "Top it up on the provider's site, then ask again; deepseek-chat balance shows what is there.",
  }),
  forbidden,
  no_model: ({ provider }) => ({
    what: `No model is set for ${provider}.`,
    next: `Name one with --model; deepseek-chat models -p ${provider} lists what there is.`,
  }),
  config_broken: ({ path, line, key, reason, said }) => ({
    what: `The config file ${path}${line === null ? "" : `, line ${line}`}${key === null ? "" : `, ${key}`}: ${said || (entryOf(configWords, reason) ?? refusalIn(reason))}.`,
    next: "Mend it with deepseek-chat config edit.",
  }),
  config_misfit: ({ path, line, key, value, expected }) => ({
    what: `The config file ${path}${line === null ? "" : `, line ${line}`}: ${key} cannot be ${value}.`,
    next: `Give ${expected} with deepseek-chat config edit.`,
  }),
  config_unknown: ({ path, line, key, nearest }) => ({
    what: `The config file ${path}${line === null ? "" : `, line ${line}`}: there is no setting ${key}${meant(nearest)}.`,
    next: "Mend it with deepseek-chat config edit.",
  }),
  untrusted_endpoint: ({ provider, url, origin, keyOrigin }) => ({
    what: `${origin} sends ${provider} to ${url}, but the key comes from ${keyOrigin}, so it is not sent there.`,
    next: `If you trust that address, add ${URL.parse(url)?.origin ?? url} to trusted_endpoints in the config file (deepseek-chat config edit).`,
  }),
  insecure_endpoint: ({ provider, url }) => ({
    what: `The base URL of ${provider}, ${url}, is plain http, which would show the key to the network.`,
    next: `Use https; or, where the network is yours, add ${URL.parse(url)?.hostname ?? url} to allow_http in the config file (deepseek-chat config edit).`,
  }),
  insecure_proxy: ({ provider, url, variable }) => ({
    what: `The base URL of ${provider}, ${url}, is plain http, and ${variable} sends it through a proxy, which would see the key.`,
    next: `Use https; or add ${URL.parse(url)?.hostname ?? url} to NO_PROXY, so that it is reached directly.`,
  }),
  wrong_base_url: ({ provider, url, better, setting }) => ({
    what: `${provider} has nothing at ${url}; its models are at ${better}.`,
    next: setting.includes(".") ? `Run: deepseek-chat config set ${setting} ${better}` : `Set ${setting} to ${better}.`,
  }),
  request_refused: refused,
  model_not_found: ({ provider, model, reason }) => ({
    what: `${provider} has no model ${model} (${reason}).`,
    next: `deepseek-chat models -p ${provider} lists what it offers.`,
  }),
  content_refused: ({ provider, reason }) => ({
    what: `${provider} refused the content (${reason}).`,
    next: "Put the question in other words.",
  }),
  empty_answer: ({ came, reason, calls }) => ({
    what: {
      nothing: `The answer is empty (finish reason: ${reason}).`,
      thinking: `The model gave no answer, only thinking (finish reason: ${reason}).`,
      tool_call: `The model gave no answer, only a call of a tool that was not offered: ${calls}.`,
    }[came],
    next: {
      nothing: "The request may have been billed all the same. Ask again.",
      thinking:
        reason === "length"
          ? "Allow more tokens with --max-tokens, or use --no-thinking."
          : "Ask again, or with --no-thinking.",
      tool_call: "Ask again, and say that no tools are to be used.",
    }[came],
  }),
  context_too_long: ({ provider, model, limit, reason }) => ({
    what: `The conversation is longer than ${model} at ${provider} can read${limit === null ? "" : ` (${limit} tokens)`}: ${reason}.`,
    next: "Start a new conversation, or send less.",
  }),
  summary_unusable: ({ provider, why }) => ({
    what: `The summary from ${provider} ${summaryWords[why]}, so it is not used.`,
    next: "Try again, or use another model.",
  }),
  no_connection: noConnection,
  timeout: ({ host, seconds }) => ({
    what: `${host} sent nothing for ${seconds} s.`,
    next: "Ask again, or wait longer with --timeout.",
  }),
  rate_limited: ({ provider, reason, wait }) => ({
    what: `${provider} is limiting requests (429: ${reason}).`,
    next:
      wait === null
        ? "Wait a little and ask again."
        : `Ask again in ${wait} s, as it says. --max-wait ${wait} waits for it.`,
  }),
  model_loading: ({ provider, status, reason }) => ({
    what: `${provider} is still loading its model (${status}: ${reason}).`,
    next: "Ask again in a while, or wait longer with --timeout.",
  }),
  service_failed: ({ provider, status, reason }) => ({
    what: `${provider} failed (${status}: ${reason}).`,
    next: "Ask again in a while; the provider's status page may say more.",
  }),
  stream_failed: ({ provider, reason }) => ({
    what: `${provider} broke off the answer: ${reason}.`,
    next: "Whatever came is kept: /continue, or deepseek-chat ask --continue-answer, goes on from there.",
  }),
  not_a_stream: ({ provider, contentType, start }) => ({
    what: `${provider} answered with ${contentType} instead of an answer of a model: ${start}`,
    next: "Check the base URL; it may be a web page or a proxy's notice.",
  }),
  not_a_list: ({ provider, start }) => ({
    what: `${provider} answered with something else than a list of models: ${start}`,
    next: "Check the base URL. Where the provider has no such list, name a model with --model.",
  }),
  incomplete_answer: ({ provider }) => ({
    what: `The answer from ${provider} ended before it was finished.`,
    next: "Whatever came is kept: /continue, or deepseek-chat ask --continue-answer, goes on from there.",
  }),
  empty_stream: ({ provider }) => ({
    what: `${provider} ended the answer before its first word.`,
    next: "Ask again; with --no-stream it may say why.",
  }),
  finish_unknown: ({ provider, reason }) => ({
    what: `${provider} ended the answer with a finish reason that is not known: ${reason}.`,
    next: "It may not be whole. Whatever came is kept: /continue, or deepseek-chat ask --continue-answer, continues it.",
  }),
  redirected: ({ provider, status, location }) => ({
    what: `${provider} redirects to ${location} (${status}); the key is not carried there.`,
    next: "If that is the right address, set it as the base URL.",
  }),
  flooded: ({ provider, limit }) => ({
    what: `${provider} sent more than the program takes (${limit}).`,
    next: "What came is kept. Check the base URL.",
  }),
  transcript_unwritable: ({ path, reason }) => ({
    what: `The transcript ${path} cannot be written (${reason}).`,
    next: "Name another place with --transcript or --transcripts, or go without with --no-transcript.",
  }),
  transcript_unreadable: ({ path, reason }) => ({
    what: `Can't read the transcript ${path}: ${entryOf(transcriptWords, reason) ?? refusalIn(reason)}.`,
    next: reason === "too_large" ? "Move it to another folder, or split it." : "Check the path and its permissions.",
  }),
  transcript_not_found: ({ reference }) =>
    reference === "last"
      ? { what: "No saved conversations yet.", next: "" }
      : {
          what: `No conversation matches “${reference}”.`,
          next: "deepseek-chat transcripts list shows what there is.",
        },
  transcript_busy: ({ path }) => ({
    what: `The conversation ${path} is in use.`,
    next: "Leave the session that goes on with it first.",
  }),
  transcript_ambiguous: ({ reference, candidates }) => ({
    what: `${reference} could be ${candidates.join(", ")}.`,
    next: "Give more of the id.",
  }),
  storage_failed: ({ path, reason }) => ({
    what: `${path} cannot be written (${reason}).`,
    next: "Check the folder, its permissions and the space on the disk.",
  }),
  output_unwritable: ({ reason, transcript }) => ({
    what: `Can't write to stdout: ${entryOf(outputWords, reason) ?? reason}.`,
    next: transcript === null ? "Print to another place." : `The whole answer is in ${transcript}.`,
  }),
  interrupted: () => ({ what: "Interrupted.", next: "" }),
};

/** Why an input cannot be read and what to do, by `reason` of `input_unreadable`. */
const inputWords: Record<string, readonly [(limit: string) => string, string]> = {
  ENOENT: [() => "no such file", "Check the path."],
  ENOTDIR: [() => "no such file", "Check the path."],
  EACCES: [() => "permission denied", "Check its permissions."],
  EPERM: [() => "permission denied", "Check its permissions."],
  EISDIR: [() => "it is a folder", "Name a file in it."],
  no_match: [
    () => "no file matches",
    "Hidden files and those that .gitignore names are left out of folders and patterns.",
  ],
  binary: [() => "it is a binary file", "Text files can be attached, and pictures in PNG, JPEG, GIF or WebP."],
  encoding: [() => "its text encoding isn't recognized", "Convert it to UTF-8, for instance with iconv."],
  device: [() => "it is a device or a socket, not a file", "Name a file."],
  not_a_file: [() => "it is not a regular file", "Name a file."],
  too_large: [(limit) => `it is larger than ${limit}`, "Attach only the part that matters."],
  too_many: [(limit) => `more than ${limit} files`, "Name a smaller folder or a narrower pattern."],
  picture_empty: [() => "the picture is empty", "Save or download it again."],
  picture_broken: [() => "it is no whole picture, or none of the form its name says", "Save or download it again."],
  picture_form: [(form) => `services don't take ${form} pictures`, "Convert it to PNG or JPEG."],
  document_form: [(form) => `it is a ${form} document`, "Attach its text, for instance as pdftotext writes it."],
  link: [
    (target) => `it is a link to ${target}, outside the working directory`,
    "If that file is meant, name it by its own path.",
  ],
  url: [() => "URLs are not fetched", "Download it first, then attach the file."],
};

const configWords: Record<string, string> = {
  no_mapping: "a mapping of settings, name: value, is expected",
  no_keys: "a JSON object of provider names and keys is expected",
};

/** `reason` of `output_unwritable`. */
const outputWords: Record<string, string> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "disk quota exceeded",
  EFBIG: "the file has reached its maximum size",
  EIO: "input/output error",
  EBADF: "it isn't open for writing",
  EAGAIN: "it isn't accepting data",
};

const summaryWords: Record<ErrorDetails["summary_unusable"]["why"], string> = {
  cut: "was cut off",
  filtered: "was held back by its content filter",
  empty: "is empty",
  longer: "is longer than what it replaces",
};

const keyCommandWords: Record<ErrorDetails["key_command_failed"]["why"], (reason: string) => string> = {
  missing: (reason) => `cannot be run (${reason})`,
  timeout: (reason) => `did not end within ${reason} s`,
  failed: (reason) => `failed (${reason})`,
  empty: () => "printed nothing",
  flooded: () => "printed more than a key",
};

/** `reason` of `transcript_unreadable`. */
const transcriptWords: Record<string, string> = {
  too_large: "it is larger than a transcript may be (128 MB, 100,000 questions)",
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  not_a_file: "it is no regular file",
};

function meant(nearest: string | null): string {
  return nearest === null ? "" : `; ${nearest} may be meant`;
}
