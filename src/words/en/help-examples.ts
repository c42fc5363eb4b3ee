import type { HelpExamples } from "../types.ts";

/** At the end of each command's `--help`. */
export const helpExamples: HelpExamples = {
  "": [
    ["Start a session", "deepseek-chat"],
    ["Ask a single question", 'deepseek-chat ask "What is a monad?"'],
    ["Ask about piped text", 'git diff | deepseek-chat ask "Review this change"'],
    ["See the options of a session", "deepseek-chat chat --help"],
  ],
  chat: [
    ["Resume the latest conversation", "deepseek-chat chat -c"],
    ["Use a local model with a system prompt", 'deepseek-chat chat -p ollama -m qwen3 -s "Answer briefly."'],
    ["Start with a file attached, and save nothing", "deepseek-chat chat -f notes.md --no-transcript"],
  ],
  ask: [
    ["Let a reasoning model think", 'deepseek-chat ask -m deepseek/deepseek-v4-pro --thinking "Prove it."'],
    ["Ask about a file", 'deepseek-chat ask -f src/main.ts "What does this do?"'],
    ["Wait for the off-peak hours, with the terminal closed", 'deepseek-chat ask --off-peak --detach "Explain it."'],
    ["Get data in a given form", 'deepseek-chat ask --schema "name, age int" -f cv.md "Who is this?" | jq .age'],
    ["Use the answer in a script", 'deepseek-chat ask -o json "Name three rivers." | jq -r .answer'],
  ],
  complete: [
    ["Fill in at the cursor", "deepseek-chat complete src/app.ts:12:5"],
    ["Complete one line", "deepseek-chat complete --lines 1 --prefix 'def fib(n):' --suffix '    return a'"],
    ["Fill in an editor's unsaved text", "deepseek-chat complete :12:5 < buffer.ts"],
  ],
  image: [
    ["Make a picture", 'deepseek-chat image -p siliconflow "a red fox in the snow"'],
    ["Make four of one size, in a folder", 'deepseek-chat image -n 4 --size 1328x1328 -o foxes "a red fox"'],
    ["Change a picture", 'deepseek-chat image -f fox.png "make it night"'],
    ["Use the path in a script", 'xdg-open "$(deepseek-chat image "a red fox")"'],
  ],
  transcripts: [
    ["Pick a conversation to show, resume, export or delete", "deepseek-chat transcripts"],
    ["Find a conversation", "deepseek-chat transcripts search tides"],
    ["Export the latest conversation as a page", "deepseek-chat transcripts export last -o tides.html"],
  ],
  "transcripts list": [
    ["List this week's conversations", "deepseek-chat transcripts list --since 7d"],
    ["List those with a tag", "deepseek-chat transcripts list --tag work"],
    ["Print the IDs of pinned ones", "deepseek-chat transcripts list --pinned --json | jq -r '.[].id'"],
  ],
  "transcripts show": [
    ["Show the latest conversation", "deepseek-chat transcripts show"],
    ["Print the second turn of the latest one", "deepseek-chat transcripts show last --turn 2"],
    ["Print a transcript verbatim", "deepseek-chat transcripts show last --raw"],
  ],
  "transcripts export": [
    ["Save the latest conversation as a page", "deepseek-chat transcripts export last -o tides.html"],
    ["Print some turns without the thinking", "deepseek-chat transcripts export last --turns 3-5 --no-thinking"],
    ["Export everything for training", "deepseek-chat transcripts export --all --to jsonl -o all.jsonl"],
  ],
  "transcripts import": [
    ["Import a data export of ChatGPT", "deepseek-chat transcripts import chatgpt-export.zip"],
    ["Import what llm has logged", 'deepseek-chat transcripts import "$(llm logs path)"'],
  ],
  "transcripts search": [
    ["Find a phrase verbatim", 'deepseek-chat transcripts search "spring tide"'],
    ["Search only this week's answers", "deepseek-chat transcripts search tide --role answer --since 7d"],
    ["Search by regular expression", "deepseek-chat transcripts search --regex 'tid(e|al)'"],
  ],
  "transcripts rename": [
    ["Rename the latest conversation", "deepseek-chat transcripts rename last Spring tides"],
    ["Rename one by the beginning of its ID", 'deepseek-chat transcripts rename 01kb "Trip to Lisbon"'],
  ],
  "transcripts pin": [
    ["Pin the latest conversation", "deepseek-chat transcripts pin last"],
    ["List pinned conversations", "deepseek-chat transcripts list --pinned"],
  ],
  "transcripts unpin": [
    ["Unpin the latest conversation", "deepseek-chat transcripts unpin last"],
    ["Unpin two by the beginnings of their IDs", "deepseek-chat transcripts unpin 01kb 01kc"],
  ],
  "transcripts tag": [
    ["Add two tags to the latest conversation", "deepseek-chat transcripts tag last work urgent"],
    ["Remove a tag", "deepseek-chat transcripts tag last urgent --remove"],
    ["List the tags of a conversation", "deepseek-chat transcripts tag last"],
  ],
  "transcripts remove": [
    ["Delete the latest conversation", "deepseek-chat transcripts remove last"],
    ["Delete one without being asked", "deepseek-chat transcripts remove 01kb --yes"],
  ],
  "transcripts path": [
    ["Print the folder of transcripts", "deepseek-chat transcripts path"],
    ["Open the latest one in a pager", 'less "$(deepseek-chat transcripts path last)"'],
  ],
  models: [
    ["List the models of the default provider", "deepseek-chat models"],
    ["List installed local models", "deepseek-chat models -p ollama"],
    ["Print the IDs only", "deepseek-chat models --json | jq -r '.[].id'"],
  ],
  usage: [
    ["Show this week's spending by day", "deepseek-chat usage --since 7d"],
    ["Show what each conversation cost", "deepseek-chat usage --by conversation"],
    ["Compare the ledger with the account", "deepseek-chat usage --audit"],
  ],
  balance: [
    ["Show the balance at the default provider", "deepseek-chat balance"],
    ["Print the balance at another one as JSON", "deepseek-chat balance -p siliconflow --json"],
  ],
  batch: [
    ["Answer the prompts of a file", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
    ["Resume after a crash: the same command", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
  ],
  "batch worker": [
    ["Answer from a queue, eight items at once", "deepseek-chat batch worker --queue redis://queue.example:6379"],
    [
      "More at once, with the password in a variable",
      "REDISCLI_AUTH=… deepseek-chat batch worker --queue rediss://queue.example:6380 --concurrency 32",
    ],
  ],
  "batch run": [
    ["Answer the prompts of a file", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
    [
      "Translate a column of a table",
      'deepseek-chat batch run words.csv --template "Translate: {{text}}" -o out.jsonl',
    ],
    [
      "Give every prompt a role and a model",
      "deepseek-chat batch run lines.txt -r translate -m deepseek-flash -o out.jsonl",
    ],
    ["See what a batch would cost", "deepseek-chat batch run prompts.jsonl --dry-run"],
    ["Get a table for a spreadsheet", "deepseek-chat batch run prompts.jsonl --format csv --ordered -o answers.csv"],
    [
      "Let workers on other machines answer",
      "deepseek-chat batch run prompts.jsonl -o answers.jsonl --queue redis://queue.example:6379",
    ],
    ["Let Prometheus watch it", "deepseek-chat batch run prompts.jsonl -o answers.jsonl --metrics 9464"],
  ],
  "batch status": [
    ["Show how far a batch is", "deepseek-chat batch status answers.jsonl"],
    ["List the batches of this folder", "deepseek-chat batch status"],
    ["Print what is left", "deepseek-chat batch status answers.jsonl --json | jq .left"],
  ],
  "batch cancel": [
    ["End a batch at the provider early", "deepseek-chat batch cancel --id batch_abc -p siliconflow"],
    ["End one at another provider", "deepseek-chat batch cancel --id batch_abc -p openai"],
  ],
  "batch retry": [
    ["Ask again what failed", "deepseek-chat batch retry answers.jsonl"],
    ["Ask again what failed with a rate limit", "deepseek-chat batch retry answers.jsonl --code rate_limited"],
  ],
  finetune: [
    ["Check a training file", "deepseek-chat finetune check train.jsonl"],
    ["Fine-tune a model and watch it", "deepseek-chat finetune create train.jsonl -p openai -m gpt-4o-mini --watch"],
    ["Come back to the latest job", "deepseek-chat finetune watch"],
    ["Name the resulting model, then chat with -m support", "deepseek-chat finetune use ftjob-abc123 support"],
  ],
  "finetune check": [
    ["Check a training file", "deepseek-chat finetune check train.jsonl"],
    ["Count the lines that can't be used", "deepseek-chat finetune check --json train.jsonl | jq -s 'last.bad_lines'"],
  ],
  "finetune prepare": [
    [
      "Make a training file from all conversations with a tag",
      "deepseek-chat finetune prepare --tag support -o train.jsonl",
    ],
    [
      "Make one from answers marked with /good, a tenth for validation",
      "deepseek-chat finetune prepare --good --validation 10% -o train.jsonl",
    ],
    [
      "List private data without masking it",
      "deepseek-chat finetune prepare --all --no-mask --json -o all.jsonl | jq .private",
    ],
  ],
  "finetune create": [
    [
      "With a validation file and a name",
      "deepseek-chat finetune create train.jsonl --validation valid.jsonl -p openai -m gpt-4o-mini --suffix support",
    ],
    [
      "With a provider-specific field",
      "deepseek-chat finetune create train.jsonl -p gateway -m m1 --set hyperparameters.lora_r=16",
    ],
    [
      "Train on preferences",
      "deepseek-chat finetune create pairs.jsonl -p openai -m gpt-4o --method dpo --set method.dpo.hyperparameters.beta=0.1",
    ],
  ],
  "finetune list": [
    ["List the jobs at a provider", "deepseek-chat finetune list -p openai"],
    ["Print those that failed", "deepseek-chat finetune list --json | jq '.[] | select(.outcome == \"failed\")'"],
  ],
  "finetune watch": [
    ["Watch the latest job", "deepseek-chat finetune watch"],
    ["Follow the losses in a script", "deepseek-chat finetune watch ftjob-abc123 --json | jq .loss"],
  ],
  "finetune cancel": [
    ["Cancel a job", "deepseek-chat finetune cancel ftjob-abc123"],
    ["Cancel one at another provider", "deepseek-chat finetune cancel ftjob-abc123 -p openai"],
  ],
  "finetune checkpoints": [
    ["List a job's checkpoints", "deepseek-chat finetune checkpoints ftjob-abc123"],
    ["Print them for a script", "deepseek-chat finetune checkpoints ftjob-abc123 --json"],
  ],
  "finetune use": [
    ["Name the model of a job", "deepseek-chat finetune use ftjob-abc123 support"],
    ["Name a checkpoint", "deepseek-chat finetune use ft:gpt-4o:org::9abc:ckpt-80 early"],
  ],
  ocr: [
    ["Print the text of a scanned document", "deepseek-chat ocr scan.pdf"],
    ["Save the text of several pictures", "deepseek-chat ocr page-*.jpg > pages.md"],
    ["See what it costs, and send nothing", "deepseek-chat ocr --estimate book.pdf"],
    ["Get one page in a script", "deepseek-chat ocr -o json scan.pdf | jq -r '.pages[2].text'"],
  ],
  files: [
    ["List uploaded documents", "deepseek-chat files"],
    ["Delete all of them", "deepseek-chat files remove --all"],
  ],
  "files list": [
    ["List uploaded documents", "deepseek-chat files list"],
    ["Print their IDs", "deepseek-chat files list --json | jq -r '.[].id'"],
  ],
  "files remove": [
    ["Delete one", "deepseek-chat files remove file-api-1a2b3c"],
    ["Delete all without asking", "deepseek-chat files remove --all --yes"],
  ],
  cache: [
    ["Ask, or reuse the answer of up to an hour ago", 'deepseek-chat ask --cache 1h "Name three rivers."'],
    ["Use the cache for every question", "deepseek-chat config set cache 7d"],
    ["See how much is stored", "deepseek-chat cache stats"],
  ],
  "cache stats": [
    ["See how much is stored", "deepseek-chat cache stats"],
    ["Print the number of answers", "deepseek-chat cache stats --json | jq .answers"],
  ],
  mcp: [
    ["List the MCP servers with their state", "deepseek-chat mcp"],
    ["Add one that knows time zones", "deepseek-chat mcp add time -- uvx mcp-server-time"],
    ["See what it offers", "deepseek-chat mcp test time"],
  ],
  "mcp list": [
    ["List the MCP servers with their state", "deepseek-chat mcp list"],
    [
      "Print the names of those that are ready",
      `deepseek-chat mcp list --json | jq -r '.[] | select(.state == "ready").name'`,
    ],
  ],
  "mcp add": [
    ["Add a program", "deepseek-chat mcp add time -- uvx mcp-server-time"],
    ["Give it a variable", "deepseek-chat mcp add git --env LOG_LEVEL=error -- uvx mcp-server-git"],
    ["Add a service, then log in", "deepseek-chat mcp add docs --url https://mcp.example.com/mcp"],
  ],
  "mcp remove": [
    ["Remove a server", "deepseek-chat mcp remove time"],
    ["Remove one and say nothing", "deepseek-chat mcp remove time -q"],
  ],
  "mcp test": [
    ["Connect to all servers", "deepseek-chat mcp test"],
    ["Log in to one and list what it offers", "deepseek-chat mcp test docs"],
  ],
  roles: [
    ["List all roles", "deepseek-chat roles"],
    ["Use one", "git diff --cached | deepseek-chat ask -r commit"],
    ["Use one", 'deepseek-chat ask -r translate --var to=French "Good morning"'],
  ],
  "roles list": [
    ["List all roles", "deepseek-chat roles list"],
    ["Print their names", "deepseek-chat roles list --json | jq -r '.[].name'"],
  ],
  "roles show": [
    ["Show a role", "deepseek-chat roles show translate"],
    ["Print its template", "deepseek-chat roles show translate --json | jq -r .system"],
  ],
  "roles edit": [
    ["Edit a role, or add one", "deepseek-chat roles edit translate"],
    ["Set a variable's default without an editor", "deepseek-chat config set roles.translate.vars.to French"],
  ],
  tools: [
    ["List all tools, built-in ones too", "deepseek-chat tools"],
    ["Let the model use two of them", 'deepseek-chat ask --tools weather,current_time "Do I need an umbrella?"'],
  ],
  "tools list": [
    ["List all tools", "deepseek-chat tools list"],
    ["Print the names of those that are on", "deepseek-chat tools list --json | jq -r '.[] | select(.on).name'"],
  ],
  "tools show": [
    ["Show a tool", "deepseek-chat tools show weather"],
    ["Print its parameters", "deepseek-chat tools show weather --json | jq .parameters"],
  ],
  "tools run": [
    ["Try a tool", `deepseek-chat tools run weather '{"city": "Berlin"}'`],
    ["Without being asked", "deepseek-chat tools run --allow-tool list_files list_files"],
  ],
  "cache clear": [
    ["Delete all stored answers", "deepseek-chat cache clear"],
    ["Delete those of more than a week ago without being asked", "deepseek-chat cache clear --older-than 7d --yes"],
  ],
  setup: [
    ["Choose a provider and enter its key", "deepseek-chat setup"],
    ["Set up a certain provider", "deepseek-chat setup -p siliconflow"],
  ],
  keys: [
    ["List providers with a key", "deepseek-chat keys list"],
    ["Remove a stored key", "deepseek-chat keys remove siliconflow"],
  ],
  "keys list": [
    ["List providers with a key", "deepseek-chat keys list"],
    ["The same as JSON", "deepseek-chat keys list --json"],
  ],
  "keys store": [
    ["Store the secret that gateway's auth names", "deepseek-chat keys store gateway/secret"],
    ["Store a private key from a file", "deepseek-chat keys store gateway/key < key.pem"],
  ],
  "keys remove": [
    ["Remove the stored key of SiliconFlow", "deepseek-chat keys remove siliconflow"],
    ["Store another one", "deepseek-chat setup -p siliconflow"],
  ],
  trust: [
    ["List what is approved", "deepseek-chat trust list"],
    ["Revoke what this folder's .mcp.json may do", "deepseek-chat trust revoke .mcp.json"],
  ],
  "trust list": [
    ["List what is approved", "deepseek-chat trust list"],
    ["Print the paths", "deepseek-chat trust list --json | jq -r '.[].subject'"],
  ],
  "trust revoke": [
    ["Revoke what this folder's .mcp.json may do", "deepseek-chat trust revoke .mcp.json"],
    ["Revoke all approvals", "deepseek-chat trust revoke --all"],
  ],
  config: [
    ["See every setting and where it comes from", "deepseek-chat config list"],
    ["Choose the default model", "deepseek-chat config set model deepseek/deepseek-v4-pro"],
    ["Add a service of your own", "deepseek-chat config set providers.mine.base_url https://llm.example.com/v1"],
  ],
  "config list": [
    ["See every setting and where it comes from", "deepseek-chat config list"],
    ["The same as JSON", "deepseek-chat config list --json"],
  ],
  "config get": [
    ["Print the default model", "deepseek-chat config get model"],
    ["Print a setting of a provider", "deepseek-chat config get providers.mine.base_url"],
  ],
  "config set": [
    ["Choose the default model", "deepseek-chat config set model deepseek/deepseek-v4-pro"],
    ["Set the temperature of all answers", "deepseek-chat config set temperature 0.7"],
    ["Add a service of your own", "deepseek-chat config set providers.mine.base_url https://llm.example.com/v1"],
  ],
  "config unset": [
    ["Go back to the built-in temperature", "deepseek-chat config unset temperature"],
    ["Remove a provider", "deepseek-chat config unset providers.mine"],
  ],
  "config edit": [
    ["Open the config file", "deepseek-chat config edit"],
    ["Open it in a certain editor", "VISUAL=nano deepseek-chat config edit"],
  ],
  "config path": [
    ["Print the path of the config file", "deepseek-chat config path"],
    ["Keep a copy of it", 'cp "$(deepseek-chat config path)" config-backup.yaml'],
  ],
  doctor: [
    ["Check the setup", "deepseek-chat doctor"],
    ["Check a local server", "deepseek-chat doctor -p ollama"],
    ["Find out what a model can do", "deepseek-chat doctor --probe -m deepseek-v4-pro"],
    [
      "Find out how a gateway is asked",
      "deepseek-chat doctor --probe https://gw.example.com --key-variable GW_KEY --save",
    ],
  ],
  completion: [
    ["bash: add to ~/.bashrc", "source <(deepseek-chat completion bash)"],
    ["zsh: add to ~/.zshrc, after compinit", "source <(deepseek-chat completion zsh)"],
    ["fish: add to ~/.config/fish/config.fish", "deepseek-chat completion fish | source"],
    ["PowerShell: add to $PROFILE", "deepseek-chat completion powershell | Out-String | Invoke-Expression"],
  ],
};
