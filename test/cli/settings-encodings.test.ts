import { join } from "node:path";
import { expect, test } from "vitest";
import { encode, utf16 } from "../support/encodings.ts";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const config = "# 设置\nsystem: 请用中文回答，谢谢。\n";

test.each([
  ["GB18030", encode(config, "gb18030")],
  ["UTF-16LE", utf16(config)],
])("a config file and a .env in %s are read, and said so", async (encoding, bytes) => {
  await using server = await serve([answer("seen")]);
  const [place, { DEEPSEEK_API_KEY, DEEPSEEK_BASE_URL }] = [newPlace(), askingAt(server)];
  put(place.configFile, bytes);
  const dotenv = `# 说明：密钥\r\nDEEPSEEK_API_KEY=${DEEPSEEK_API_KEY}\r\nDEEPSEEK_BASE_URL=${DEEPSEEK_BASE_URL}\r\n`;
  put(join(place.cwd, ".env"), encoding === "UTF-16LE" ? utf16(dotenv) : encode(dotenv, "gb18030"));
  const { code, stderr } = await run(["ask", "hello"], { place });
  expect(code).toBe(0);
  const lines = [join(place.cwd, ".env"), place.configFile].map((path) => `${path}: read as ${encoding}`);
  expect(stderr.trim().split("\n").sort()).toEqual(lines.sort());
  expect(JSON.stringify(server.body())).toContain("请用中文回答，谢谢。");
});
