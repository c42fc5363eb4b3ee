import type { HLJSApi, HLJSOptions, LanguageFn } from "highlight.js";
import { ScopedText } from "./highlight.ts";

type Module = Promise<{ default: LanguageFn }>;

interface CodeLanguage {
  readonly load: () => Module;
  /** What people write after the fence, besides the name. */
  readonly aliases?: string;
  /** Languages found inside this one. */
  readonly needs?: string;
}

/** The languages known, each loaded when a fence first names it. To add one, add a row. */
const table: Readonly<Record<string, CodeLanguage>> = {
  bash: { load: () => import("highlight.js/lib/languages/bash"), aliases: "sh zsh ksh" },
  c: { load: () => import("highlight.js/lib/languages/c"), aliases: "h" },
  clojure: { load: () => import("highlight.js/lib/languages/clojure"), aliases: "clj cljs edn" },
  cmake: { load: () => import("highlight.js/lib/languages/cmake") },
  cpp: { load: () => import("highlight.js/lib/languages/cpp"), aliases: "c++ cc cxx hpp hh" },
  csharp: { load: () => import("highlight.js/lib/languages/csharp"), aliases: "cs c#" },
  css: { load: () => import("highlight.js/lib/languages/css") },
  dart: { load: () => import("highlight.js/lib/languages/dart") },
  diff: { load: () => import("highlight.js/lib/languages/diff"), aliases: "patch" },
  dockerfile: { load: () => import("highlight.js/lib/languages/dockerfile"), aliases: "docker", needs: "bash" },
  elixir: { load: () => import("highlight.js/lib/languages/elixir"), aliases: "ex exs" },
  erlang: { load: () => import("highlight.js/lib/languages/erlang"), aliases: "erl" },
  fortran: { load: () => import("highlight.js/lib/languages/fortran"), aliases: "f90 f95" },
  go: { load: () => import("highlight.js/lib/languages/go"), aliases: "golang" },
  graphql: { load: () => import("highlight.js/lib/languages/graphql"), aliases: "gql" },
  groovy: { load: () => import("highlight.js/lib/languages/groovy"), aliases: "gradle" },
  haskell: { load: () => import("highlight.js/lib/languages/haskell"), aliases: "hs" },
  http: { load: () => import("highlight.js/lib/languages/http"), needs: "json" },
  ini: { load: () => import("highlight.js/lib/languages/ini"), aliases: "toml conf cfg properties" },
  java: { load: () => import("highlight.js/lib/languages/java"), aliases: "jsp" },
  javascript: {
    load: () => import("highlight.js/lib/languages/javascript"),
    aliases: "js jsx mjs cjs node",
    needs: "xml css",
  },
  json: { load: () => import("highlight.js/lib/languages/json"), aliases: "jsonc json5 jsonl" },
  julia: { load: () => import("highlight.js/lib/languages/julia"), aliases: "jl" },
  kotlin: { load: () => import("highlight.js/lib/languages/kotlin"), aliases: "kt kts" },
  latex: { load: () => import("highlight.js/lib/languages/latex"), aliases: "tex" },
  less: { load: () => import("highlight.js/lib/languages/less") },
  lisp: { load: () => import("highlight.js/lib/languages/lisp"), aliases: "elisp emacs-lisp scheme" },
  lua: { load: () => import("highlight.js/lib/languages/lua") },
  makefile: { load: () => import("highlight.js/lib/languages/makefile"), aliases: "make mk" },
  markdown: { load: () => import("highlight.js/lib/languages/markdown"), aliases: "md", needs: "xml" },
  matlab: { load: () => import("highlight.js/lib/languages/matlab"), aliases: "octave" },
  nginx: { load: () => import("highlight.js/lib/languages/nginx") },
  nix: { load: () => import("highlight.js/lib/languages/nix") },
  objectivec: { load: () => import("highlight.js/lib/languages/objectivec"), aliases: "objc objective-c mm" },
  ocaml: { load: () => import("highlight.js/lib/languages/ocaml"), aliases: "ml" },
  perl: { load: () => import("highlight.js/lib/languages/perl"), aliases: "pl" },
  php: { load: () => import("highlight.js/lib/languages/php"), needs: "xml" },
  powershell: { load: () => import("highlight.js/lib/languages/powershell"), aliases: "ps1 pwsh ps" },
  prolog: { load: () => import("highlight.js/lib/languages/prolog") },
  protobuf: { load: () => import("highlight.js/lib/languages/protobuf"), aliases: "proto" },
  python: { load: () => import("highlight.js/lib/languages/python"), aliases: "py py3 python3 gyp" },
  r: { load: () => import("highlight.js/lib/languages/r") },
  ruby: { load: () => import("highlight.js/lib/languages/ruby"), aliases: "rb" },
  rust: { load: () => import("highlight.js/lib/languages/rust"), aliases: "rs" },
  scala: { load: () => import("highlight.js/lib/languages/scala") },
  scss: { load: () => import("highlight.js/lib/languages/scss"), aliases: "sass" },
  shell: { load: () => import("highlight.js/lib/languages/shell"), aliases: "console shellsession", needs: "bash" },
  sql: { load: () => import("highlight.js/lib/languages/sql"), aliases: "mysql postgresql postgres sqlite plsql" },
  swift: { load: () => import("highlight.js/lib/languages/swift") },
  typescript: {
    load: () => import("highlight.js/lib/languages/typescript"),
    aliases: "ts tsx mts cts",
    needs: "xml css",
  },
  verilog: { load: () => import("highlight.js/lib/languages/verilog"), aliases: "v sv systemverilog" },
  vim: { load: () => import("highlight.js/lib/languages/vim"), aliases: "vimscript" },
  x86asm: { load: () => import("highlight.js/lib/languages/x86asm"), aliases: "asm nasm" },
  xml: {
    load: () => import("highlight.js/lib/languages/xml"),
    aliases: "html xhtml svg vue svelte rss plist",
    needs: "css javascript",
  },
  yaml: { load: () => import("highlight.js/lib/languages/yaml"), aliases: "yml" },
};

const names = new Map(
  Object.entries(table).flatMap(([name, { aliases }]) =>
    [name, ...(aliases?.split(" ") ?? [])].map((alias) => [alias, name] as const),
  ),
);

/** The languages loaded so far. */
export class Languages {
  readonly #emitter: HLJSOptions["__emitter"] | null;
  #highlighter: HLJSApi | undefined;
  readonly #requests = new Map<string, Promise<void>>();
  readonly #ready = new Set<string>();
  readonly #failed = new Set<string>();

  /** @param emitter collects what is read; null: as HTML */
  constructor(emitter: HLJSOptions["__emitter"] | null) {
    this.#emitter = emitter;
  }

  /** The name of a language by what stands after a fence (`ts {highlight}` is typescript), or null. */
  named(info: string): string | null {
    return names.get(/^[^\s{,:]*/.exec(info)?.[0].toLowerCase() ?? "") ?? null;
  }

  /** The highlighter when it knows the language; undefined before `load` has done its work. */
  highlighter(name: string): HLJSApi | undefined {
    return this.#ready.has(name) ? this.#highlighter : undefined;
  }

  /** Whether there is still hope that the highlighter will know the language. */
  awaits(name: string): boolean {
    return this.#requests.has(name) && !this.#ready.has(name) && !this.#failed.has(name);
  }

  /** Resolves when the language is known or cannot be loaded, which leaves its code plain; never rejects. */
  load(name: string): Promise<void> {
    const begun = this.#requests.get(name) ?? this.#load(name).catch(() => void this.#failed.add(name));
    this.#requests.set(name, begun);
    return begun;
  }

  /** Resolves when nothing is being loaded any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#requests.values());
  }

  async #load(name: string): Promise<void> {
    const { load, needs = "" } = table[name] ?? {};
    if (load === undefined) throw new Error(`no such language: ${name}`);
    const [core, module] = await Promise.all([import("highlight.js/lib/core"), load()]);
    this.#highlighter ??= this.#begin(core.default);
    this.#highlighter.registerLanguage(name, module.default);
    for (const other of needs.split(" ").filter((other) => other !== "" && !this.#requests.has(other))) {
      await this.load(other);
    }
    this.#ready.add(name);
  }

  /** An instance of its own: the package's has one emitter for all. */
  #begin({ newInstance }: HLJSApi): HLJSApi {
    const highlighter = newInstance();
    if (this.#emitter !== null) highlighter.configure({ __emitter: this.#emitter });
    return highlighter;
  }
}

/** For what is drawn, in the whole program. */
export const languages = new Languages(ScopedText);

/** For pages: what is read comes as HTML. */
export const pageLanguages = new Languages(null);
