#!/usr/bin/env node
// Plain old JavaScript: this file must run on any Node, to say that it is too old.
var parts = process.versions.node.split(".").map(Number);
var enough = (parts[0] === 22 && parts[1] >= 22) || (parts[0] === 24 && parts[1] >= 15) || parts[0] >= 26;
var only = process.argv.length === 3 ? process.argv[2] : "";
if (!enough) {
  var env = process.env;
  var chinese = /^zh/i.test(env.DEEPSEEK_CHAT_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || "");
  process.stderr.write(
    chinese
      ? "deepseek-chat 需要 Node 22.22、24.15、26 或更新版本，当前为 Node " +
          process.versions.node +
          "。请从 https://nodejs.org 安装新版本；在源码目录中也可以使用：npm start\n"
      : "deepseek-chat needs Node 22.22, 24.15, 26 or newer; this is Node " +
          process.versions.node +
          ". Install a current one from https://nodejs.org, or in a checkout use: npm start\n",
  );
  process.exitCode = 1;
} else if (only === "--version" || only === "-V") {
  // Asked by scripts and shells at every start; nothing of the program is needed for it.
  var fs = process.getBuiltinModule("fs");
  var manifest = fs.readFileSync(__dirname + "/../package.json", "utf8");
  try {
    fs.writeSync(1, JSON.parse(manifest).version + "\n");
  } catch (failure) {
    // The program tries once more, and has the words for the failure.
    void failure;
    require("./load.js");
  }
} else {
  require("./load.js");
}
