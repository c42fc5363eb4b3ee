import type { HelpExamples } from "../types.ts";

export const helpExamples: HelpExamples = {
  "": [
    ["开始对话", "deepseek-chat"],
    ["提一个问题", 'deepseek-chat ask "什么是单子？"'],
    ["就管道传入的内容提问", 'git diff | deepseek-chat ask "审查这些改动"'],
    ["查看对话的选项", "deepseek-chat chat --help"],
  ],
  chat: [
    ["恢复最近一次对话", "deepseek-chat chat -c"],
    ["使用本地模型和系统提示词", 'deepseek-chat chat -p ollama -m qwen3 -s "回答要简短。"'],
    ["附加一个文件，且不保存对话", "deepseek-chat chat -f notes.md --no-transcript"],
  ],
  ask: [
    ["开启思考", 'deepseek-chat ask -m deepseek/deepseek-v4-pro --thinking "证明它。"'],
    ["就一个文件提问", 'deepseek-chat ask -f src/main.ts "这段代码做什么？"'],
    ["等到错峰时段再提问，可以关闭终端", 'deepseek-chat ask --off-peak --detach "解释一下。"'],
    ["按指定格式提取数据", 'deepseek-chat ask --schema "name, age int" -f 简历.md "这是谁？" | jq .age'],
    ["在脚本中使用回答", 'deepseek-chat ask -o json "说出三条河的名字。" | jq -r .answer'],
  ],
  complete: [
    ["补全光标处的空白", "deepseek-chat complete src/app.ts:12:5"],
    ["只补全一行", "deepseek-chat complete --lines 1 --prefix 'def fib(n):' --suffix '    return a'"],
    ["补全编辑器中尚未保存的文本", "deepseek-chat complete :12:5 < buffer.ts"],
  ],
  image: [
    ["生成一张图片", 'deepseek-chat image -p siliconflow "雪地里的一只赤狐"'],
    ["生成四张指定尺寸的图片，存入一个目录", 'deepseek-chat image -n 4 --size 1328x1328 -o 狐狸 "一只赤狐"'],
    ["修改一张图片", 'deepseek-chat image -f 狐狸.png "改成夜晚"'],
    ["在脚本中使用路径", 'xdg-open "$(deepseek-chat image "一只赤狐")"'],
  ],
  transcripts: [
    ["选择一段对话来查看、恢复、导出或删除", "deepseek-chat transcripts"],
    ["查找对话", "deepseek-chat transcripts search 潮汐"],
    ["将最近一次对话导出为网页", "deepseek-chat transcripts export last -o 潮汐.html"],
  ],
  "transcripts list": [
    ["列出最近一周的对话", "deepseek-chat transcripts list --since 7d"],
    ["列出带某个标签的对话", "deepseek-chat transcripts list --tag 工作"],
    ["输出置顶对话的 ID", "deepseek-chat transcripts list --pinned --json | jq -r '.[].id'"],
  ],
  "transcripts show": [
    ["显示最近一次对话", "deepseek-chat transcripts show"],
    ["输出最近一次对话的第 2 轮", "deepseek-chat transcripts show last --turn 2"],
    ["原样输出对话记录", "deepseek-chat transcripts show last --raw"],
  ],
  "transcripts export": [
    ["将最近一次对话存为网页", "deepseek-chat transcripts export last -o 潮汐.html"],
    ["输出其中几轮，不含思考过程", "deepseek-chat transcripts export last --turns 3-5 --no-thinking"],
    ["导出全部对话用于训练", "deepseek-chat transcripts export --all --to jsonl -o all.jsonl"],
  ],
  "transcripts import": [
    ["导入 ChatGPT 的数据导出", "deepseek-chat transcripts import chatgpt-export.zip"],
    ["导入 llm 的记录", 'deepseek-chat transcripts import "$(llm logs path)"'],
  ],
  "transcripts search": [
    ["按原样查找一句话", 'deepseek-chat transcripts search "春季大潮"'],
    ["只搜索最近一周的回答", "deepseek-chat transcripts search 潮汐 --role answer --since 7d"],
    ["按正则表达式搜索", "deepseek-chat transcripts search --regex '潮(汐|水)'"],
  ],
  "transcripts rename": [
    ["修改最近一次对话的标题", "deepseek-chat transcripts rename last 春季大潮"],
    ["用 ID 的开头指定对话", "deepseek-chat transcripts rename 01kb 里斯本之行"],
  ],
  "transcripts pin": [
    ["置顶最近一次对话", "deepseek-chat transcripts pin last"],
    ["列出置顶的对话", "deepseek-chat transcripts list --pinned"],
  ],
  "transcripts unpin": [
    ["取消置顶最近一次对话", "deepseek-chat transcripts unpin last"],
    ["用 ID 的开头指定两段对话", "deepseek-chat transcripts unpin 01kb 01kc"],
  ],
  "transcripts tag": [
    ["为最近一次对话添加两个标签", "deepseek-chat transcripts tag last 工作 紧急"],
    ["删除一个标签", "deepseek-chat transcripts tag last 紧急 --remove"],
    ["列出一段对话的标签", "deepseek-chat transcripts tag last"],
  ],
  "transcripts remove": [
    ["删除最近一次对话", "deepseek-chat transcripts remove last"],
    ["删除一段对话，不再询问", "deepseek-chat transcripts remove 01kb --yes"],
  ],
  "transcripts path": [
    ["输出对话记录的目录", "deepseek-chat transcripts path"],
    ["用分页器打开最近一次对话", 'less "$(deepseek-chat transcripts path last)"'],
  ],
  models: [
    ["列出默认服务商的模型", "deepseek-chat models"],
    ["列出本地已安装的模型", "deepseek-chat models -p ollama"],
    ["只输出 ID", "deepseek-chat models --json | jq -r '.[].id'"],
  ],
  usage: [
    ["查看最近一周每天的费用", "deepseek-chat usage --since 7d"],
    ["查看每个对话的费用", "deepseek-chat usage --by conversation"],
    ["将账本与账户扣费对账", "deepseek-chat usage --audit"],
  ],
  balance: [
    ["查看默认服务商的余额", "deepseek-chat balance"],
    ["以 JSON 输出另一服务商的余额", "deepseek-chat balance -p siliconflow --json"],
  ],
  batch: [
    ["回答一个文件中的提示词", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
    ["中断后继续：运行相同的命令", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
  ],
  "batch worker": [
    ["从队列领取任务，同时处理 8 个条目", "deepseek-chat batch worker --queue redis://queue.example:6379"],
    [
      "提高并发数，密码放在环境变量中",
      "REDISCLI_AUTH=… deepseek-chat batch worker --queue rediss://queue.example:6380 --concurrency 32",
    ],
  ],
  "batch run": [
    ["回答一个文件中的提示词", "deepseek-chat batch run prompts.jsonl -o answers.jsonl"],
    ["翻译表格中的一列", 'deepseek-chat batch run words.csv --template "翻译：{{text}}" -o out.jsonl'],
    ["为所有提示词指定角色和模型", "deepseek-chat batch run lines.txt -r translate -m deepseek-flash -o out.jsonl"],
    ["查看批处理的费用", "deepseek-chat batch run prompts.jsonl --dry-run"],
    ["得到表格", "deepseek-chat batch run prompts.jsonl --format csv --ordered -o answers.csv"],
    [
      "交由其他机器上的 worker 回答",
      "deepseek-chat batch run prompts.jsonl -o answers.jsonl --queue redis://queue.example:6379",
    ],
    ["供 Prometheus 监控", "deepseek-chat batch run prompts.jsonl -o answers.jsonl --metrics 9464"],
  ],
  "batch status": [
    ["查看批处理的进度", "deepseek-chat batch status answers.jsonl"],
    ["列出当前目录中的批处理", "deepseek-chat batch status"],
    ["输出剩余条数", "deepseek-chat batch status answers.jsonl --json | jq .left"],
  ],
  "batch cancel": [
    ["提前结束服务商上的批量任务", "deepseek-chat batch cancel --id batch_abc -p siliconflow"],
    ["取消另一服务商处的批量任务", "deepseek-chat batch cancel --id batch_abc -p openai"],
  ],
  "batch retry": [
    ["重试失败的条目", "deepseek-chat batch retry answers.jsonl"],
    ["重试因限流而失败的条目", "deepseek-chat batch retry answers.jsonl --code rate_limited"],
  ],
  finetune: [
    ["检查训练文件", "deepseek-chat finetune check train.jsonl"],
    ["微调模型并查看进度", "deepseek-chat finetune create train.jsonl -p openai -m gpt-4o-mini --watch"],
    ["继续查看最新的任务", "deepseek-chat finetune watch"],
    ["为得到的模型取名，之后用 -m support 对话", "deepseek-chat finetune use ftjob-abc123 support"],
  ],
  "finetune check": [
    ["检查训练文件", "deepseek-chat finetune check train.jsonl"],
    ["输出无法使用的行数", "deepseek-chat finetune check --json train.jsonl | jq -s 'last.bad_lines'"],
  ],
  "finetune prepare": [
    ["用带某个标签的所有对话生成训练文件", "deepseek-chat finetune prepare --tag support -o train.jsonl"],
    [
      "用以 /good 标记的回答生成，其中 10% 用于验证",
      "deepseek-chat finetune prepare --good --validation 10% -o train.jsonl",
    ],
    ["列出其中的隐私内容，不遮盖", "deepseek-chat finetune prepare --all --no-mask --json -o all.jsonl | jq .private"],
  ],
  "finetune create": [
    [
      "使用验证数据并命名",
      "deepseek-chat finetune create train.jsonl --validation valid.jsonl -p openai -m gpt-4o-mini --suffix support",
    ],
    [
      "设置只有该服务商才有的字段",
      "deepseek-chat finetune create train.jsonl -p gateway -m m1 --set hyperparameters.lora_r=16",
    ],
    [
      "按偏好训练",
      "deepseek-chat finetune create pairs.jsonl -p openai -m gpt-4o --method dpo --set method.dpo.hyperparameters.beta=0.1",
    ],
  ],
  "finetune list": [
    ["列出服务商处的任务", "deepseek-chat finetune list -p openai"],
    ["输出失败的任务", "deepseek-chat finetune list --json | jq '.[] | select(.outcome == \"failed\")'"],
  ],
  "finetune watch": [
    ["查看最新的任务", "deepseek-chat finetune watch"],
    ["在脚本中跟踪损失", "deepseek-chat finetune watch ftjob-abc123 --json | jq .loss"],
  ],
  "finetune cancel": [
    ["取消任务", "deepseek-chat finetune cancel ftjob-abc123"],
    ["取消另一服务商处的任务", "deepseek-chat finetune cancel ftjob-abc123 -p openai"],
  ],
  "finetune checkpoints": [
    ["列出任务的检查点", "deepseek-chat finetune checkpoints ftjob-abc123"],
    ["输出给脚本使用", "deepseek-chat finetune checkpoints ftjob-abc123 --json"],
  ],
  "finetune use": [
    ["为任务的模型取名", "deepseek-chat finetune use ftjob-abc123 support"],
    ["为检查点取名", "deepseek-chat finetune use ft:gpt-4o:org::9abc:ckpt-80 early"],
  ],
  ocr: [
    ["输出扫描文档中的文字", "deepseek-chat ocr scan.pdf"],
    ["保存多张图片中的文字", "deepseek-chat ocr page-*.jpg > pages.md"],
    ["只查看费用，不发送", "deepseek-chat ocr --estimate book.pdf"],
    ["在脚本中取某一页", "deepseek-chat ocr -o json scan.pdf | jq -r '.pages[2].text'"],
  ],
  files: [
    ["列出已上传的文档", "deepseek-chat files"],
    ["全部删除", "deepseek-chat files remove --all"],
  ],
  "files list": [
    ["列出已上传的文档", "deepseek-chat files list"],
    ["输出 ID", "deepseek-chat files list --json | jq -r '.[].id'"],
  ],
  "files remove": [
    ["删除一个文件", "deepseek-chat files remove file-api-1a2b3c"],
    ["不询问，全部删除", "deepseek-chat files remove --all --yes"],
  ],
  cache: [
    ["提问；一小时内问过则直接使用缓存的回答", 'deepseek-chat ask --cache 1h "列出三条河流。"'],
    ["对所有问题使用缓存", "deepseek-chat config set cache 7d"],
    ["查看缓存占用", "deepseek-chat cache stats"],
  ],
  "cache stats": [
    ["查看缓存占用", "deepseek-chat cache stats"],
    ["输出缓存的回答数", "deepseek-chat cache stats --json | jq .answers"],
  ],
  mcp: [
    ["列出 MCP 服务器及其状态", "deepseek-chat mcp"],
    ["添加一个读取某文件夹的服务器", "deepseek-chat mcp add time -- uvx mcp-server-time"],
    ["查看它提供的内容", "deepseek-chat mcp test time"],
  ],
  "mcp list": [
    ["列出 MCP 服务器及其状态", "deepseek-chat mcp list"],
    ["输出已就绪的服务器名称", `deepseek-chat mcp list --json | jq -r '.[] | select(.state == "ready").name'`],
  ],
  "mcp add": [
    ["添加一个程序", "deepseek-chat mcp add time -- uvx mcp-server-time"],
    ["为它设置环境变量", "deepseek-chat mcp add git --env LOG_LEVEL=error -- uvx mcp-server-git"],
    ["添加一个服务，之后再登录", "deepseek-chat mcp add docs --url https://mcp.example.com/mcp"],
  ],
  "mcp remove": [
    ["移除一个服务器", "deepseek-chat mcp remove time"],
    ["移除且不输出提示", "deepseek-chat mcp remove time -q"],
  ],
  "mcp test": [
    ["连接全部服务器", "deepseek-chat mcp test"],
    ["登录其中一个并列出其内容", "deepseek-chat mcp test docs"],
  ],
  roles: [
    ["列出全部角色", "deepseek-chat roles"],
    ["使用角色", "git diff --cached | deepseek-chat ask -r commit"],
    ["使用角色", 'deepseek-chat ask -r translate --var to=法语 "早上好"'],
  ],
  "roles list": [
    ["列出全部角色", "deepseek-chat roles list"],
    ["输出角色名称", "deepseek-chat roles list --json | jq -r '.[].name'"],
  ],
  "roles show": [
    ["查看角色", "deepseek-chat roles show translate"],
    ["输出角色的模板", "deepseek-chat roles show translate --json | jq -r .system"],
  ],
  "roles edit": [
    ["编辑或添加角色", "deepseek-chat roles edit translate"],
    ["不打开编辑器，直接设置变量的默认值", "deepseek-chat config set roles.translate.vars.to 法语"],
  ],
  tools: [
    ["列出全部工具，包括内置工具", "deepseek-chat tools"],
    ["允许模型使用其中两个", 'deepseek-chat ask --tools weather,current_time "今天要带伞吗？"'],
  ],
  "tools list": [
    ["列出全部工具", "deepseek-chat tools list"],
    ["输出已启用工具的名称", "deepseek-chat tools list --json | jq -r '.[] | select(.on).name'"],
  ],
  "tools show": [
    ["查看工具", "deepseek-chat tools show weather"],
    ["输出工具的参数定义", "deepseek-chat tools show weather --json | jq .parameters"],
  ],
  "tools run": [
    ["试用工具", `deepseek-chat tools run weather '{"city": "北京"}'`],
    ["运行前不询问", "deepseek-chat tools run --allow-tool list_files list_files"],
  ],
  "cache clear": [
    ["删除全部缓存的回答", "deepseek-chat cache clear"],
    ["直接删除一周以前的回答", "deepseek-chat cache clear --older-than 7d --yes"],
  ],
  setup: [
    ["选择服务商并输入 API Key", "deepseek-chat setup"],
    ["设置指定的服务商", "deepseek-chat setup -p siliconflow"],
  ],
  keys: [
    ["列出已有 API Key 的服务商", "deepseek-chat keys list"],
    ["删除已保存的 API Key", "deepseek-chat keys remove siliconflow"],
  ],
  "keys list": [
    ["列出已有 API Key 的服务商", "deepseek-chat keys list"],
    ["以 JSON 输出", "deepseek-chat keys list --json"],
  ],
  "keys store": [
    ["保存 gateway 的 auth 中指名的密钥", "deepseek-chat keys store gateway/secret"],
    ["从文件保存私钥", "deepseek-chat keys store gateway/key < key.pem"],
  ],
  "keys remove": [
    ["删除硅基流动的 API Key", "deepseek-chat keys remove siliconflow"],
    ["另存一个新的", "deepseek-chat setup -p siliconflow"],
  ],
  trust: [
    ["列出已批准的内容", "deepseek-chat trust list"],
    ["撤销对当前目录 .mcp.json 的批准", "deepseek-chat trust revoke .mcp.json"],
  ],
  "trust list": [
    ["列出已批准的内容", "deepseek-chat trust list"],
    ["输出路径", "deepseek-chat trust list --json | jq -r '.[].subject'"],
  ],
  "trust revoke": [
    ["撤销对当前目录 .mcp.json 的批准", "deepseek-chat trust revoke .mcp.json"],
    ["撤销全部批准", "deepseek-chat trust revoke --all"],
  ],
  config: [
    ["查看全部设置及其来源", "deepseek-chat config list"],
    ["选择默认模型", "deepseek-chat config set model deepseek/deepseek-v4-pro"],
    ["添加自己的服务", "deepseek-chat config set providers.mine.base_url https://llm.example.com/v1"],
  ],
  "config list": [
    ["查看全部设置及其来源", "deepseek-chat config list"],
    ["以 JSON 输出", "deepseek-chat config list --json"],
  ],
  "config get": [
    ["输出默认模型", "deepseek-chat config get model"],
    ["输出某个服务商的设置", "deepseek-chat config get providers.mine.base_url"],
  ],
  "config set": [
    ["选择默认模型", "deepseek-chat config set model deepseek/deepseek-v4-pro"],
    ["设置所有回答的温度", "deepseek-chat config set temperature 0.7"],
    ["添加自己的服务", "deepseek-chat config set providers.mine.base_url https://llm.example.com/v1"],
  ],
  "config unset": [
    ["恢复内置的温度", "deepseek-chat config unset temperature"],
    ["删除一个服务商", "deepseek-chat config unset providers.mine"],
  ],
  "config edit": [
    ["打开配置文件", "deepseek-chat config edit"],
    ["用指定的编辑器打开", "VISUAL=nano deepseek-chat config edit"],
  ],
  "config path": [
    ["输出配置文件的路径", "deepseek-chat config path"],
    ["备份配置文件", 'cp "$(deepseek-chat config path)" config-backup.yaml'],
  ],
  doctor: [
    ["检查环境", "deepseek-chat doctor"],
    ["检查本地服务", "deepseek-chat doctor -p ollama"],
    ["查明模型的能力", "deepseek-chat doctor --probe -m deepseek-v4-pro"],
    ["查明网关的用法", "deepseek-chat doctor --probe https://gw.example.com --key-variable GW_KEY --save"],
  ],
  completion: [
    ["bash：写入 ~/.bashrc", "source <(deepseek-chat completion bash)"],
    ["zsh：写入 ~/.zshrc，放在 compinit 之后", "source <(deepseek-chat completion zsh)"],
    ["fish：写入 ~/.config/fish/config.fish", "deepseek-chat completion fish | source"],
    ["PowerShell：写入 $PROFILE", "deepseek-chat completion powershell | Out-String | Invoke-Expression"],
  ],
};
