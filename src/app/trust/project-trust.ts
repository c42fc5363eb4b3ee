import type { Folders } from "../../config/folders.ts";
import { TrustStore, type TrustEntry, trustDigest, trustedPath } from "./trust-store.ts";

/** Something of a project that would act on this machine, or change what is sent. */
export interface ProjectContent {
  readonly kind: "mcp" | "tools" | "role";
  /** The file, or the folder. */
  readonly path: string;
  /** All that is approved, as a text: another content is another question. */
  readonly content: string;
  /** What it leads to, in a few lines, for a content too long to be read at once: the commands, the servers. May be empty. */
  readonly summary: string;
}

/** A content that nobody approved so far. */
export interface TrustQuestion extends ProjectContent {
  /** Links followed. */
  readonly path: string;
  /** The last approval of another content at that path; null where there is none. */
  readonly earlier: TrustEntry | null;
  /** Files of the store that hold no approval although they should. */
  readonly damaged: readonly string[];
}

/** Asks a person, where there is one; else says what is left out. */
export type TrustAsker = (question: TrustQuestion) => Promise<boolean>;

/** What of a project a person approved. */
export class ProjectTrust {
  readonly #store: TrustStore;
  readonly #ask: TrustAsker;
  /** Damaged files that were told of. */
  readonly #reported = new Set<string>();
  /** Answers of this run: nothing is asked twice. */
  readonly #answers = new Map<string, Promise<boolean>>();

  constructor(folders: Pick<Folders, "data">, ask: TrustAsker) {
    this.#store = new TrustStore(folders);
    this.#ask = ask;
  }

  /**
   * Whether that very content may be used: it was approved before, or a person approves it now.
   *
   * @throws AppError `storage_failed` where the approval cannot be stored
   */
  async approves(content: ProjectContent): Promise<boolean> {
    const path = trustedPath(content.path);
    const parts = { content: content.content };
    const digest = trustDigest(content.kind, path, parts);
    const answer = this.#answers.get(digest) ?? this.#answer({ ...content, path }, digest);
    this.#answers.set(digest, answer);
    return await answer;
  }

  async #answer(content: ProjectContent, digest: string): Promise<boolean> {
    const { kind, path } = content;
    if (this.#store.find(digest) !== null) return true;
    const earlier = this.#store.earlier(kind, path);
    const damaged = [...this.#store.damaged].filter((path) => !this.#reported.has(path));
    for (const path of damaged) this.#reported.add(path);
    if (!(await this.#ask({ ...content, earlier, damaged }))) return false;
    this.#store.approve(kind, path, { content: content.content });
    return true;
  }
}
