import type { RoleConfig } from "../schema.ts";

/** Where a role is kept. */
export interface RoleOrigin {
  /** `config`: the config file. `folder`: beside it. `project`: the working directory. `path`: a file that was named. `built-in`: the program. */
  readonly kind: "config" | "folder" | "project" | "path" | "built-in" | "aichat" | "llm";
  /** Of its file; null where it has none. */
  readonly path: string | null;
}

/** What was read of a role. */
export interface RoleReading {
  /** A text is a system prompt verbatim. */
  readonly content: string | RoleConfig;
  /** What another program's file asks for and is left out, as it is written there. */
  readonly unsupported: readonly string[];
}

/** What a person approves of a project's role. */
export interface RoleApproval {
  readonly path: string;
  /** The whole file. */
  readonly content: string;
  /** Its settings. */
  readonly summary: string;
}

export interface NamedRole extends RoleReading {
  /** As `--role` takes it. */
  readonly name: string;
  readonly origin: RoleOrigin;
  /** What must be approved before it is used; absent where it is a person's own. */
  readonly approval?: RoleApproval;
}
