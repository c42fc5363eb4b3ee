import { batchErrors } from "./batch-errors.ts";
import { mcpEntryReasons, mcpFailures } from "./mcp.ts";
import { cacheReasons, queueReasons } from "./cache.ts";
import type { ErrorCode, ErrorDetails, PictureRefusal, SchemaMistake, ServiceName } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";
import { noConnection } from "./no-connection.ts";
import { refusalIn } from "./folder.ts";
import { forbidden, keyWanted, refused } from "./refusals.ts";

type ErrorTable = { readonly [Code in ErrorCode]: (details: ErrorDetails[Code]) => ErrorWords };

/** The config file, or the file of a role. */
function placeIn(path: string, line: number | null, role: string | undefined): string {
  return `${role === undefined ? "Config file" : "Role file"} ${path}${line === null ? "" : `, line ${line}`}`;
}

function fixOf(role: string | undefined): string {
  return role === undefined
    ? "Fix it with deepseek-chat config edit."
    : `Fix it with deepseek-chat roles edit ${role}.`;
}

/** What providers offer beside chat, with the row of the config file that says it. */
export const services: Readonly<Record<ServiceName, { readonly name: string; readonly row: string }>> = {
  batches: { name: "batch API", row: "batches" },
  images: { name: "image generation", row: "images" },
  files: { name: "document upload", row: "files" },
  ocr: { name: "text recognition (OCR)", row: "ocr" },
  fineTuning: { name: "fine-tuning", row: "fine_tuning" },
  fillIn: { name: "fill-in-the-middle completion", row: "fill_in" },
};

export const errors: ErrorTable = {
  internal: ({ message }) => ({
    what: `Internal error: ${message.replace(/\.$/u, "")}.`,
    next: "Rerun with DEEPSEEK_CHAT_DEBUG=1 and report it with the details.",
  }),
  usage: ({ message, command = "deepseek-chat" }) => ({ what: message, next: `See ${command} --help.` }),
  not_possible: ({ message }) => ({ what: message, next: "" }),
  no_question: () => ({
    what: "No question given.",
    next: 'Pass it as an argument, deepseek-chat ask "…", or pipe it in.',
  }),
  input_unreadable: ({ path, reason, limit = "" }) => {
    const [why, next] = entryOf(inputWords, reason) ?? [() => reason, "Check the path and its permissions."];
    return { what: `Can't read ${path}: ${why(limit)}.`, next };
  },
  no_vision: ({ model, other }) => ({
    what: `${model} can't read pictures: nothing was sent.`,
    next: `Use -m ${other} (in a session: /model ${other}), or set models.vision in the config file to the model to offer.`,
  }),
  no_web_search: ({ provider, model }) => ({
    what: `${provider}/${model} can't search the web, and there is no tool that does.`,
    next: "Use -m deepseek/deepseek-flash, store a DeepSeek key (deepseek-chat setup -p deepseek), or add an MCP server with a search tool.",
  }),
  url_unreadable: ({ url, reason, detail = "" }) => {
    const [why, next] = entryOf(urlWords, reason) ?? [() => reason, ""];
    return { what: `Can't read ${url}: ${why(detail)}.`, next };
  },
  picture_lost: ({ provider, url, reason, detail }) => {
    const why = entryOf(pictureWords, reason) ?? entryOf(urlWords, reason)?.[0];
    return {
      what: `A picture from ${provider} can't be used: ${why?.(detail) ?? reason}.`,
      next: url === "" ? "Try again." : `Its link may still work in a browser: ${url}`,
    };
  },
  input_too_heavy: ({ path, why }) => ({
    what: `Import of ${path} stopped: it takes too ${why === "time" ? "long" : "much memory"}.`,
    next: "What was imported so far is kept; split the file to import the rest.",
  }),
  not_a_conversation: ({ path }) => ({
    what: `No conversation in a known format in ${path}.`,
    next: "See deepseek-chat transcripts import --help for the formats it reads.",
  }),
  output_exists: ({ path, inSession }) => ({
    what: `${path} already exists.`,
    next: inSession === true ? "Choose another name." : "Use --force to overwrite it.",
  }),
  output_needed: ({ count, form }) => ({
    what: `Can't write ${count} conversations to one ${form} file.`,
    next: "Name a folder with -o.",
  }),
  nothing_named: ({ option, what }) => ({ what: `No ${what} given.`, next: `Give its ID, or ${option}.` }),
  not_a_terminal: ({ what, instead }) => ({
    what: `${what} needs a terminal.`,
    next: instead === undefined ? "Run it in a terminal." : `Run it in a terminal, or with ${instead}.`,
  }),
  unknown_provider: ({ name, known }) => ({
    what: `Unknown provider: ${name} (known: ${known.join(", ")}).`,
    next: `Add it with deepseek-chat setup -p ${name}, or under providers in the config file.`,
  }),
  unknown_profile: ({ name, known, nearest }) => ({
    what: `No profile “${name}” in the config file${known.length === 0 ? "" : ` (profiles: ${known.join(", ")})`}.`,
    next:
      nearest === null
        ? `Add it with deepseek-chat config set --profile ${name} model <model>.`
        : `Did you mean ${nearest}?`,
  }),
  slow_pattern: ({ pattern, seconds }) => ({
    what: `Search for ${pattern} stopped after ${seconds} s.`,
    next: "Nested repetition such as (x+)+ backtracks without end on some lines; rewrite the expression without it.",
  }),
  bad_pattern: ({ pattern, reason }) => ({
    what: `Invalid regular expression: ${pattern} (${reason}).`,
    next: "Escape special characters with a backslash, or omit --regex.",
  }),
  no_working_folder: () => ({
    what: "The working directory no longer exists.",
    next: "Change to another one (cd).",
  }),
  no_home: () => ({
    what: "No home directory: HOME is not set to an absolute path, and the account has none.",
    next: "Set HOME.",
  }),
  unknown_setting: ({ name, nearest }) => ({
    what: `Unknown setting: ${name}${meant(nearest)}.`,
    next: "deepseek-chat config list shows all settings; the README describes the rest of the config file.",
  }),
  setting_fixed: ({ name, instead }) => ({
    what: `/set can't change ${name}.`,
    next: `Use ${instead}.`,
  }),
  bad_value: ({ name, value, expected, nearest }) => ({
    what: `Invalid ${name}: ${value} (expected ${expected}${nearest ? `; did you mean ${nearest}?` : ""}).`,
    next: "",
  }),
  missing_variable: ({ role, names }) => ({
    what: `Role ${role} needs a value for ${names.join(", ")}.`,
    next: `Give it with --var ${names[0]}=…, or set a default under vars: deepseek-chat roles edit ${role}.`,
  }),
  no_such_turns: ({ turns, title, count }) => ({
    what: `No turns ${turns}: “${title}” has ${count} ${count === 1 ? "turn" : "turns"}.`,
    next: count < 2 ? "Leave --turns out to export all of it." : `Give --turns 1 to ${count}, e.g. --turns 1-${count}.`,
  }),
  too_many_tags: ({ title, max }) => ({
    what: `“${title}” can have at most ${max} tags. Nothing was changed.`,
    next: "Remove some first: deepseek-chat transcripts tag <conversation> <tag> --remove.",
  }),
  bad_tag: ({ tag, longest }) => ({
    what: `Invalid tag: ${tag === "" ? '""' : tag}.`,
    next: `A tag is one word of at most ${longest} characters, without blanks, commas and #.`,
  }),
  editor_failed: ({ editor, ended }) => ({
    what: ended === null ? `Can't run the editor ${editor}.` : `The editor ${editor} exited with ${ended}.`,
    next: "Set VISUAL or EDITOR to a shell command; quote paths that contain spaces.",
  }),
  not_a_log: ({ path }) => ({
    what: `${path} exists and isn't a log of this program; nothing written.`,
    next: "Name another file with --log-file or DEEPSEEK_CHAT_LOG.",
  }),
  no_key: ({ provider, variable }) => ({
    what: `No API key for ${provider}.`,
    next: `Run deepseek-chat setup -p ${provider} in a terminal, or set ${variable}; to try without a key, use --provider demo.`,
  }),
  no_secret: ({ provider, secret, variable }) => ({
    what: `The auth of ${provider} needs the secret ${secret}, and it is nowhere.`,
    next: `${variable === null ? "Store" : `Set ${variable}, or store`} it with deepseek-chat keys store ${provider}/${secret}.`,
  }),
  not_trusted: ({ name }) => ({
    what: `Nothing approved matches ${name}.`,
    next: "deepseek-chat trust list shows what is approved.",
  }),
  no_stored_key: ({ provider, origin }) => ({
    what: `No stored API key for ${provider}.`,
    next:
      origin === null
        ? "deepseek-chat keys list shows the stored keys."
        : `The key in use comes from ${origin}; remove it there.`,
  }),
  key_malformed: ({ provider, origin }) => ({
    what: `The API key for ${provider} from ${origin} contains characters that no key has (spaces, quotes or others).`,
    next: "Copy only the key again from the provider's site.",
  }),
  key_command_failed: ({ provider, command, why, reason, said }) => ({
    what: `The key_command of ${provider} (${command}) ${keyCommandWords[why](reason)}${said === "" ? "" : `: ${said}`}.`,
    next: "Run it in a shell: it must print the key, and nothing before it, on stdout.",
  }),
  keyring_failed: ({ provider, keyring, reason }) => ({
    what: `Can't use the system keyring (${keyring}) for the ${provider} key: ${reason ?? "no keyring on this machine"}.`,
    next: "Unlock it, or set key_store to file and run deepseek-chat setup again.",
  }),
  key_rejected: ({ provider, status, origin, reason, isSigned = false }) =>
    isSigned
      ? {
          what: `${provider} rejected what the request was signed with from ${origin} (${status}: ${reason}).`,
          next: `deepseek-chat doctor -p ${provider} shows what is signed; a proxy that rewrites requests breaks signatures.`,
        }
      : {
          what: `${provider} rejected the API key from ${origin} (${status}: ${reason}).`,
          next: "Check the key, or store another one with deepseek-chat setup.",
        },
  key_wanted: keyWanted,
  auth_failed: ({ provider, why, reason, said }) => ({
    what: `Can't sign requests to ${provider}: ${authWords[why]({ reason, said })}.`,
    next: `Look at providers.${provider}.auth in the config file (deepseek-chat config edit); deepseek-chat doctor -p ${provider} explains it.`,
  }),
  token_untimely: ({ provider, origin, why, at }) => ({
    what: `${provider} rejected the token from ${origin}: it ${why === "expired" ? "expired at" : "isn't valid before"} ${at}.`,
    next: why === "expired" ? "Get a new one." : "Check this machine's clock, or get a new one.",
  }),
  tool_not_allowed: ({ names }) => ({
    what: `Not run, as there is no terminal to ask at: ${names.join(", ")}.`,
    next: `Allow it with --allow-tool ${names[0]}, or run this in a terminal.`,
  }),
  tools_unreadable: ({ path, line, key, value, expected, reason }) => ({
    what: `Can't use the tools of ${path}${line === null ? "" : `, line ${line}`}: ${
      key === null
        ? (entryOf(configWords, reason) ?? refusalIn(reason))
        : expected === null
          ? `unknown setting ${key}`
          : `invalid ${key}: ${value} (expected ${expected})`
    }.`,
    next: "The other tools are used.",
  }),
  no_balance: ({ provider, reason }) => ({
    what: `Insufficient balance at ${provider} (${reason}).`,
    next: "Top up on the provider's site and retry; deepseek-chat balance shows the balance.",
  }),
  forbidden,
  no_model: ({ provider }) => ({
    what: `No model set for ${provider}.`,
    next: `Choose one with --model; deepseek-chat models -p ${provider} lists them.`,
  }),
  role_unapproved: ({ role, path }) => ({
    what: `The project's role ${role} (${path}) isn't approved.`,
    next: `Read it with deepseek-chat roles show ${role}, and approve it by using it in a terminal.`,
  }),
  config_broken: ({ path, line, key, reason, said, role }) => ({
    what: `${placeIn(path, line, role)}${key === null ? "" : `, ${key}`}: ${said || (entryOf(configWords, reason) ?? refusalIn(reason))}.`,
    next: fixOf(role),
  }),
  config_misfit: ({ path, line, key, value, expected, role }) => ({
    what: `${placeIn(path, line, role)}: invalid ${key}: ${value} (expected ${expected}).`,
    next: fixOf(role),
  }),
  config_unknown: ({ path, line, key, nearest, role }) => ({
    what: `${placeIn(path, line, role)}: unknown setting ${key}${meant(nearest)}.`,
    next: fixOf(role),
  }),
  unset_variable: ({ setting, variable }) => ({
    what: `${setting} needs the environment variable ${variable}, which isn't set.`,
    next: `Set ${variable} in the environment (a folder's .env can't), or give a default: \${${variable}:-…}.`,
  }),
  untrusted_endpoint: ({ provider, url, origin, keyOrigin }) => ({
    what: `${origin} points ${provider} to ${url}, but the key comes from ${keyOrigin}, so the key wasn't sent.`,
    next: `If you trust that address, add ${URL.parse(url)?.origin ?? url} to trusted_endpoints in the config file (deepseek-chat config edit).`,
  }),
  insecure_endpoint: ({ provider, url }) => ({
    what: `The base URL of ${provider}, ${url}, is plain http, which would expose the key on the network.`,
    next: `Use https; or, on a network of your own, add ${URL.parse(url)?.hostname ?? url} to allow_http in the config file (deepseek-chat config edit).`,
  }),
  insecure_proxy: ({ provider, url, variable }) => ({
    what: `The base URL of ${provider}, ${url}, is plain http, and ${variable} routes it through a proxy, which would see the key.`,
    next: `Use https; or add ${URL.parse(url)?.hostname ?? url} to NO_PROXY to connect directly.`,
  }),
  mcp_unknown: ({ name, known }) => ({
    what: `No MCP server ${name}${known.length === 0 ? "" : ` (known: ${known.join(", ")})`}.`,
    next: "Add it with deepseek-chat mcp add.",
  }),
  mcp_login_needed: ({ server }) => ({
    what: `The MCP server ${server} needs a login.`,
    next: `Log in with: deepseek-chat mcp test ${server}`,
  }),
  mcp_entry: ({ server, path, why, value }) => ({
    what: `MCP server ${server} left out (${path}): ${entryOf(mcpEntryReasons, why)?.(value) ?? value}.`,
    next: "",
  }),
  mcp_failed: ({ server, why, reason, said }) => ({
    what: `MCP server ${server} ${entryOf(mcpFailures, why)?.(reason) ?? reason}${said === "" ? "." : `; it wrote: ${said}`}`,
    next:
      why === "slow"
        ? `If it needs longer, raise mcp_servers.${server}.start_timeout in the config file.`
        : why === "missing"
          ? "Check its command and cwd: deepseek-chat mcp"
          : "",
  }),
  wrong_base_url: ({ provider, url, better, setting }) => ({
    what: `${provider} has no API at ${url}; it answers at ${better}.`,
    next: setting.includes(".") ? `Run: deepseek-chat config set ${setting} ${better}` : `Set ${setting} to ${better}.`,
  }),
  budget_exceeded: ({ scope, limited, currency, limit, spent, uncounted, reserved, amount, atPeak }) => ({
    what: `Over budget: this request could cost up to ${sum(amount, currency)}${atPeak ? " at the peak rate" : ""}, with ${[
      `${sum(spent, currency)} spent`,
      ...(uncounted === 0 ? [] : [`up to ${sum(uncounted, currency)} not counted`]),
      ...(reserved === 0 ? [] : [`${sum(reserved, currency)} reserved`]),
    ].join(" and ")} of the ${sum(limit, currency)} ${budgetWords[scope]}${limited === null ? "" : ` at ${limited}`}.`,
    next:
      scope === "command"
        ? "Raise --max-cost, or lower --max-tokens."
        : "Lower --max-tokens, raise budget in the config file, or use --over-budget for this command.",
  }),
  budget_unpriced: ({ provider, model, currency }) => ({
    what: `There is a budget, but the price of ${provider}/${model} in ${currency} is unknown.`,
    next: "Give its price under models in the config file, or use --over-budget for this command.",
  }),
  request_refused: refused,
  model_not_found: ({ provider, model, reason }) => ({
    what: `${provider} has no model ${model} (${reason}).`,
    next: `deepseek-chat models -p ${provider} lists its models.`,
  }),
  content_refused: ({ provider, reason }) => ({
    what: `${provider} refused the content (${reason}).`,
    next: "Rephrase the question.",
  }),
  empty_answer: ({ came, reason, calls }) => ({
    what: {
      nothing: `Empty answer (finish reason: ${reason}).`,
      thinking: `No answer, only thinking (finish reason: ${reason}).`,
      tool_call:
        reason === "length"
          ? `No answer: cut off at max_tokens while calling ${calls}.`
          : `No answer, only a call to a tool that wasn't offered: ${calls}.`,
    }[came],
    next: {
      nothing: "Ask again; the request may still have been billed.",
      thinking: reason === "length" ? "Raise --max-tokens, or use --no-thinking." : "Ask again, or use --no-thinking.",
      tool_call: reason === "length" ? "Raise --max-tokens." : "Ask again, and tell the model not to use tools.",
    }[came],
  }),
  tool_rounds: ({ rounds }) => ({
    what: `The model kept calling tools after ${rounds} ${rounds === 1 ? "round" : "rounds"}.`,
    next: "Raise --max-tool-rounds, or continue the conversation (/continue, -c) for an answer from what it has.",
  }),
  nothing_extracted: ({ form, transcript }) => ({
    what: form === "code" ? "The answer contains no code block." : "The answer contains no JSON.",
    next: `${transcript === null ? "" : `The full answer is in ${transcript}. `}Ask again, and name the format in the question.`,
  }),
  schema_misfit: ({ errors, transcript }) => ({
    what: `The answer doesn't fit the schema: ${errors.join("; ")}.`,
    next: `${transcript === null ? "" : `The original answer is saved in ${transcript}. `}Ask again, or use another model.`,
  }),
  schema_unusable: ({ source, at, why, said }) => {
    const [what, next] = entryOf(schemaWords, why)?.(said) ?? [said, ""];
    return { what: `Invalid schema in ${source}${at === "" ? "" : ` (${at})`}: ${what}.`, next };
  },
  context_too_long: ({ provider, model, limit, reason }) => ({
    what: `The conversation exceeds the context of ${provider}/${model}${limit === null ? "" : ` (${limit} tokens)`}: ${reason}.`,
    next: "Start a new conversation, or send less.",
  }),
  summary_unusable: ({ provider, why }) => ({
    what: `The summary from ${provider} ${summaryWords[why]}, so it wasn't used.`,
    next: "Try again, or use another model.",
  }),
  tool_failed: ({ name }) => ({ what: `Tool ${name} failed.`, next: "" }),
  no_connection: noConnection,
  timeout: ({ host, seconds }) => ({
    what: `No data from ${host} for ${seconds} s.`,
    next: "Ask again, or raise --timeout.",
  }),
  no_answers: ({ provider, seconds, last }) => ({
    what: `${provider} has answered nothing for ${seconds} s (${last}).`,
    next: "Run the same command again later: what isn't answered is kept, and nothing is lost.",
  }),
  item_timeout: ({ seconds }) => ({
    what: `No whole answer within ${seconds} s.`,
    next: "Raise --item-timeout.",
  }),
  rate_limited: ({ provider, reason, wait }) => ({
    what: `Rate limit reached at ${provider} (429: ${reason}).`,
    next:
      (wait ?? 0) === 0
        ? "Wait a moment and ask again."
        : `Ask again in ${wait} s, or let the program wait with --max-wait ${wait}.`,
  }),
  model_loading: ({ provider, status, reason }) => ({
    what: `${provider} is still loading the model (${status}: ${reason}).`,
    next: "Ask again later, or raise --timeout.",
  }),
  service_failed: ({ provider, status, reason }) => ({
    what: `${provider} failed (${status}: ${reason}).`,
    next: "Ask again later, and check the provider's status page.",
  }),
  stream_failed: ({ provider, reason }) => ({
    what: `${provider} cut off the answer: ${reason}.`,
    next: "The partial answer is kept; continue it with /continue or deepseek-chat ask --continue-answer.",
  }),
  not_a_stream: ({ provider, contentType, start }) => ({
    what: `${provider} returned ${contentType}, not what was asked for: ${start}`,
    next: "Check the base URL; it may be a web page or a proxy's notice.",
  }),
  unexpected_shape: ({ provider, expected, came, row }) => ({
    what: `The answer from ${provider} isn't of the expected form (expected ${expected}, got ${came}).`,
    next:
      row === null
        ? `Check base_url and wire of providers.${provider}; deepseek-chat doctor --probe finds out what is there.`
        : `This row of providers.${provider} would read it: ${row}`,
  }),
  not_a_list: ({ provider, start }) => ({
    what: `${provider} returned something other than a list of models: ${start}`,
    next: "Check the base URL; if the provider has no such list, choose a model with --model.",
  }),
  training_file_bad: ({ path, bad }) => ({
    what: `${bad} ${bad === 1 ? "line" : "lines"} of ${path} can't be used for training.`,
    next: "Correct or remove them, then check the file again.",
  }),
  training_nothing: ({ conversations }) => ({
    what:
      conversations === 0
        ? "No conversation was chosen."
        : `No usable example in ${conversations} ${conversations === 1 ? "conversation" : "conversations"}: nothing was written.`,
    next: "Choose conversations by ID, --search or --tag, or take all with --all.",
  }),
  training_file_empty: ({ path }) => ({
    what: `${path} holds no examples.`,
    next: "Put one JSON object on each line, with messages or with prompt and completion.",
  }),
  file_not_found: ({ provider, id }) => ({
    what: `No file ${id} at ${provider}.`,
    next: `List the files with: deepseek-chat files list -p ${provider}`,
  }),
  not_offered: ({ provider, service, others }) => ({
    what: `${provider} has no ${services[service].name}.`,
    next: `${others.length === 0 ? `If another provider has it, say so in the config file: providers.<name>.${services[service].row}` : `Use one that does: ${others.map((name) => `-p ${name}`).join(", ")}`}${service === "batches" ? "; or leave out --at-provider" : ""}.`,
  }),
  service_unreadable: ({ provider, service, start }) => ({
    what: `Unexpected response from ${provider} (${services[service].name}): ${start}`,
    next: `Check the base URL, and providers.${provider}.${services[service].row} in the config file.`,
  }),
  job_not_found: ({ provider, id }) => ({
    what: `No fine-tuning job ${id} at ${provider}.`,
    next: `List the jobs with: deepseek-chat finetune list -p ${provider}`,
  }),
  job_unsuccessful: ({ id, outcome, code, message }) => {
    const said = [code, message].filter((part) => part !== "").join(": ");
    return {
      what: `Fine-tuning job ${id} ${outcome === "failed" ? "failed" : "was cancelled"}${said === "" ? "" : ` (${said})`}.`,
      next: outcome === "failed" ? "Fix what the service names, then create another job." : "",
    };
  },
  job_exists: ({ provider, file, ids }) => ({
    what:
      ids.length === 0
        ? `An earlier request for a job with ${file} got no response: ${provider} may be running it.`
        : `${provider} already has ${ids.length === 1 ? "a job" : "jobs"} with ${file}: ${ids.join(", ")}.`,
    next:
      ids.length === 0
        ? "Look there first; --again creates another one."
        : "Watch it with deepseek-chat finetune watch, or create another one with --again.",
  }),
  incomplete_answer: ({ provider }) => ({
    what: `The answer from ${provider} ended early.`,
    next: "The partial answer is kept; continue it with /continue or deepseek-chat ask --continue-answer.",
  }),
  empty_stream: ({ provider }) => ({
    what: `${provider} ended the answer before it began.`,
    next: "Ask again; --no-stream may show why.",
  }),
  finish_unknown: ({ provider, reason }) => ({
    what: `${provider} ended the answer with an unknown finish reason: ${reason}.`,
    next: "It may be incomplete; continue it with /continue or deepseek-chat ask --continue-answer.",
  }),
  redirected: ({ provider, status, location }) => ({
    what: `${provider} redirects to ${location} (${status}); the key wasn't sent there.`,
    next: "If that address is right, set it as the base URL.",
  }),
  flooded: ({ provider, limit }) => ({
    what: `${provider} sent more data than allowed (${limit}).`,
    next: "What was received is kept. Check the base URL, or raise max_answer_size if such answers are expected.",
  }),
  transcript_unwritable: ({ path, reason }) => ({
    what: `Can't write the transcript ${path}: ${refusalIn(reason)}.`,
    next: "Choose another place with --transcript or --transcripts, or use --no-transcript.",
  }),
  picture_unwritable: ({ path, reason }) => ({
    what: `Can't keep a copy of the picture in ${path}: ${refusalIn(reason)}.`,
    next: "The rest of the turn is saved. Check the folder, its permissions and the free disk space.",
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
          next: "deepseek-chat transcripts list shows them all.",
        },
  transcript_busy: ({ path }) => ({
    what: `The conversation ${path} is open in another session.`,
    next: "Quit that session first.",
  }),
  transcript_ambiguous: ({ reference, candidates }) => ({
    what: `${reference} matches several conversations: ${candidates.join(", ")}.`,
    next: "Give more of the id.",
  }),
  storage_failed: ({ path, reason }) => ({
    what: `Can't write ${path}: ${refusalIn(reason)}.`,
    next: "Check the folder, its permissions and the free disk space.",
  }),
  ledger_unwritable: ({ path, reason }) => ({
    what: `Can't write the cost ledger ${path}: ${entryOf(ledgerWords, reason) ?? refusalIn(reason)}.`,
    next: "Saved conversations keep their costs; once it can be written, deepseek-chat usage --rebuild adds them.",
  }),
  ledger_damaged: ({ path }) => ({
    what: `The cost ledger ${path} is damaged.`,
    next: "Rebuild it from the saved conversations with deepseek-chat usage --rebuild.",
  }),
  ledger_newer: ({ path }) => ({
    what: `The cost ledger ${path} was written by a later version of deepseek-chat; nothing was changed.`,
    next: "Update deepseek-chat.",
  }),
  queue_unavailable: ({ queue, reason }) => ({
    what: `Can't use the queue ${queue}: ${entryOf(queueReasons, reason) ?? entryOf(cacheReasons, reason) ?? refusalIn(reason)}.`,
    next: "Check the address, the password and the server; jobs and results that are in the queue stay there.",
  }),
  queue_busy: ({ owner, seconds }) => ({
    what: `Another process is submitting this run (${owner}).`,
    next: `Stop it first. If it is gone, try again in ${seconds} seconds.`,
  }),
  queue_version: ({ theirs, ours }) => ({
    what: `The run was submitted by another version of the program (queue format ${theirs}; this worker has ${ours}).`,
    next: "Install the same version on all machines. The job is back in the queue.",
  }),
  worker_unfit: ({ message }) => ({
    what: `This worker can't answer the run's items. ${message}`,
    next: "The item is back in the queue for other workers.",
  }),
  queue_job_failed: ({ why }) => ({
    what:
      why === "stalled"
        ? "Several workers died while they held this item."
        : "What the queue holds of this item is damaged, or was written by another program.",
    next: "Look at the item, then run it again with `batch retry`.",
  }),
  cache_unavailable: ({ store, reason }) => ({
    what: `Can't use the answer cache ${store}: ${entryOf(cacheReasons, reason) ?? refusalIn(reason)}.`,
    next: "Answers are neither read from it nor stored.",
  }),
  cache_damaged: ({ path }) => ({
    what: `The answer cache ${path} was damaged.`,
    next: "It has been removed, and an empty one created.",
  }),
  address_unusable: ({ address, reason }) => ({
    what: `Can't listen on ${address}: ${entryOf(listenWords, reason) ?? reason}.`,
    next: "Choose another port, or 0 for a free one.",
  }),
  output_unwritable: ({ reason, transcript }) => ({
    what: `Can't write to stdout: ${entryOf(outputWords, reason) ?? reason}.`,
    next: transcript === null ? "Redirect the output elsewhere." : `The full answer is in ${transcript}.`,
  }),
  ...batchErrors,
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
    "Hidden files and files ignored by .gitignore are left out of folders and patterns.",
  ],
  binary: [
    () => "it is a binary file",
    "Attach text files, documents (PDF, Word, PowerPoint, Excel, OpenDocument, EPUB), or pictures in PNG, JPEG, GIF or WebP.",
  ],
  encoding: [() => "its text encoding isn't recognised", "Convert it to UTF-8, for instance with iconv."],
  too_many_pages: [(limit) => `it has more than ${limit} pages`, "Split it, e.g. with qpdf --split-pages."],
  no_pages: [
    () => "it is neither a document with pages nor a picture",
    "Give a PDF, a Word or PowerPoint document, or a picture; attach others with -f.",
  ],
  device: [() => "it is a device or a socket, not a file", "Name a file."],
  not_a_file: [() => "it is not a regular file", "Name a file."],
  changed: [() => "it changed while it was being read", "Run the command again once the file is complete."],
  too_large: [(limit) => `it is larger than ${limit}`, "Attach only the part that matters."],
  too_many: [(limit) => `more than ${limit} files`, "Name a smaller folder or a narrower pattern."],
  picture_empty: [() => "the picture is empty", "Save or download it again."],
  picture_broken: [() => "the picture is damaged, or not of the type its name says", "Save or download it again."],
  document_password: [
    () => "it is protected by a password",
    "Attach it on a terminal, which asks for the password, or save it without one.",
  ],
  document_password_wrong: [() => "the password is wrong", "Try again, or save the document without a password."],
  document_locked: [
    (form) => `the ${form} document is encrypted`,
    "Open it where you can, and save it without protection.",
  ],
  document_legacy: [
    (form) => `it is in the old ${form} format`,
    "Save it in the current format (.docx, .pptx, .xlsx), or as PDF.",
  ],
  document_scanned: [
    () => "it has no text, only pictures of pages",
    "Read it with deepseek-chat ocr, then attach the result.",
  ],
  document_empty: [(form) => `the ${form} document has no text`, "If it has pictures, attach them as PNG or JPEG."],
  document_broken: [(form) => `the ${form} document is damaged`, "Save or download it again."],
  document_bomb: [
    () => "it unpacks to far more data than a document should",
    "Don't open it unless you trust its source.",
  ],
  document_slow: [() => "extracting its text takes too long", "Attach some of its pages: report.pdf#1-20."],
  document_memory: [() => "extracting its text takes too much memory", "Attach some of its pages: report.pdf#1-20."],
  document_no_pages: [() => "it has no fixed pages to choose from", "Leave out the # and what follows it."],
  document_range: [(count) => `pages out of range: it has ${count}`, "Choose pages that exist, as in report.pdf#1-5."],
  picture_form: [(form) => `${form} pictures aren't supported`, "Convert it to PNG or JPEG."],
  picture_huge: [(size) => `the picture has too many pixels (${size})`, "Make it smaller."],
  picture_slow: [() => "reading the picture takes too long", "Convert it to PNG or JPEG, or make it smaller."],
  link: [
    (target) => `it is a link to ${target}, outside the working directory`,
    "If you mean that file, give its own path.",
  ],
  url: [() => "only http and https URLs are downloaded", "Download it first, then attach the file."],
};

/** Why a web page cannot be read and what to do, by `reason` of `url_unreadable`. */
const urlWords: Readonly<
  Record<ErrorDetails["url_unreadable"]["reason"], readonly [(detail: string) => string, string]>
> = {
  malformed: [() => "it is not a URL", "Give the whole URL: https://host/path."],
  scheme: [() => "only http and https URLs are read", "Give a URL that begins with https://."],
  credentials: [() => "URLs with a user name or password are refused", "Leave them out, or download the page first."],
  private: [
    (address) => `its host is on this machine or a private network (${address})`,
    "If you mean it, add the host to fetch_hosts in the config file (deepseek-chat config edit).",
  ],
  unresolved: [
    (proxy) =>
      `its host can't be looked up here, so it isn't known whether the proxy ${proxy} would reach a private network`,
    "If you trust it, add the host to fetch_hosts in the config file (deepseek-chat config edit).",
  ],
  redirects: [(max) => `more than ${max} redirects`, "Open it in a browser and give the final URL."],
  status: [(status) => `the server answered ${status}`, "Check the URL; pages behind a login can't be read."],
  too_large: [(limit) => `it is larger than ${limit}`, "Download it, then attach the part that matters."],
  too_slow: [() => "finding its text takes too long", "Download it, then attach the part that matters."],
  empty: [() => "the page has no readable text without its scripts", "Copy the text from a browser."],
  type: [(type) => `it is not text (${type})`, "Download it, then attach its text."],
};

/** What came in the place of a picture, by `reason` of `picture_lost`. */
const pictureWords: Readonly<Record<PictureRefusal, (detail: string) => string>> = {
  empty: () => "it is empty",
  page: () => "the service returned a web page instead",
  broken: () => "it is damaged",
  other: () => "it is not a picture",
  huge: (size) => `it has too many pixels (${size})`,
  form: (form) => `its format is ${form}; PNG, JPEG, WebP and GIF are kept`,
};

const configWords: Record<string, string> = {
  no_mapping: "expected settings as name: value",
  front_matter: "the front matter does not end: a line of --- is missing",
  no_keys: "expected a JSON object of provider names and keys",
  RESOURCE_EXHAUSTION: "nested too deeply",
};

type AuthReason = Pick<ErrorDetails["auth_failed"], "reason" | "said">;

const authWords: Record<ErrorDetails["auth_failed"]["why"], (facts: AuthReason) => string> = {
  token: ({ reason, said }) => `the token service refused the client (${reason}: ${said})`,
  no_token: ({ reason, said }) =>
    `the token service's answer has no usable ${reason}${said === "" ? "" : ` (it has ${said})`}`,
  program: () => "the auth command printed neither lines Name: value nor a JSON object of headers",
  header: ({ reason }) => `the header ${reason} can't have the value that it would get`,
  key: ({ reason, said }) => `the secret isn't a key for ${reason}${said === "" ? "" : ` (${said})`}`,
  body: () => "auth puts fields into the body, and this request has no JSON body",
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

/** `reason` of `address_unusable`. */
const listenWords: Record<string, string> = {
  EADDRINUSE: "another program uses the port",
  EADDRNOTAVAIL: "this machine doesn't have that address",
  EACCES: "permission denied",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
};

/** `reason` of `ledger_unwritable`. */
const ledgerWords: Record<string, string> = {
  locked: "another program is writing to it",
  shared: "other users can write to its folder",
  EIO: "input/output error",
};

const budgetWords: Record<ErrorDetails["budget_exceeded"]["scope"], string> = {
  day: "for today",
  month: "for this month",
  conversation: "for this conversation",
  command: "for this command (--max-cost)",
};

/** An amount to a millionth. */
function sum(amount: number, currency: string): string {
  const sign = currency === "CNY" ? "¥" : currency === "USD" ? "$" : `${currency} `;
  return `${sign}${Math.round(amount * 1e6) / 1e6}`;
}

const summaryWords: Record<ErrorDetails["summary_unusable"]["why"], string> = {
  cut: "was cut off",
  filtered: "was cut off by the content filter",
  empty: "is empty",
  longer: "is longer than what it replaces",
};

const keyCommandWords: Record<ErrorDetails["key_command_failed"]["why"], (reason: string) => string> = {
  missing: (reason) => `can't be run (${reason})`,
  timeout: (reason) => `didn't finish within ${reason} s`,
  failed: (reason) => `failed (${reason})`,
  empty: () => "printed nothing",
  flooded: () => "printed more than a key",
};

/** `reason` of `transcript_unreadable`. */
const transcriptWords: Record<string, string> = {
  too_large: "larger than the limit of a transcript (512 MB, 100,000 questions)",
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  not_a_file: "not a regular file",
};

function meant(nearest: string | null): string {
  return nearest === null ? "" : ` (did you mean ${nearest}?)`;
}

const schemaWords: Readonly<Record<SchemaMistake, (said: string) => readonly [what: string, next: string]>> = {
  syntax: (said) => [said, "Give JSON or YAML, a file with one of them, or fields: name, age int, bio: one sentence"],
  not_object: () => ["not an object", 'A schema is an object, such as {"type": "object", …}.'],
  invalid: (said) => [said, "See json-schema.org for the keywords of a schema."],
  dialect: (said) => [`unknown version ${said}`, "Supported versions: 2020-12, 2019-09, draft-07."],
  no_name: (said) => [`invalid field name “${said}”`, "Write fields as name, age int, bio: one sentence"],
  unknown_type: (said) => [`unknown type ${said}`, "Use int, float, bool or str."],
  duplicate: (said) => [`two fields called ${said}`, "Give each field a name of its own."],
};
