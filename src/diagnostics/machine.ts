import { type Check, fine } from "./check.ts";
import { problem } from "./problems.ts";

/** This machine: the program itself, the terminal, the settings. */
export const program: Check<"program"> = {
  id: "program",
  needs: [],
  look: (subject) => fine(subject.program),
};

/** Below this the lines of tables and code wrap all the time. */
const leastColumns = 40;

export const terminal: Check<"terminal"> = {
  id: "terminal",
  needs: [],
  look: async (subject) => {
    if (subject.terminal === null) return { skip: "no_terminal" };
    const facts = await subject.terminal();
    const { term, columns, wideColumns } = facts;
    return fine(
      facts,
      (term === "" || term === "dumb") && problem("dumb_terminal", { term }),
      columns < leastColumns && problem("narrow_terminal", { columns }),
      wideColumns !== null && wideColumns !== 2 && problem("wrong_width", { columns: wideColumns }),
    );
  },
};

export const settings: Check<"settings"> = {
  id: "settings",
  needs: [],
  look: (subject) => ({
    facts: subject.settings,
    problems: [
      ...subject.mistakes.map((error) => ({ kind: "error", error }) as const),
      ...subject.plainSecrets.map((setting) => problem("secret_in_file", { setting })),
    ],
  }),
};
