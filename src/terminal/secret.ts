import { createPrompt, isEnterKey, makeTheme, useKeypress, usePrefix, useState } from "@inquirer/core";

interface SecretOptions {
  readonly message: string;
  /** What is wrong with an answer; null for one that will do. */
  readonly problem: (typed: string) => string | null;
}

/**
 * A line that nobody is to see: each character is shown as a star, and no key shows it otherwise. A wrong one is begun again.
 * All of it happens at once, so that what is pasted right behind an Enter is not lost.
 */
export const secretPrompt = createPrompt<string, SecretOptions>(({ message, problem }, done) => {
  const theme = makeTheme({});
  const [status, setStatus] = useState<"idle" | "done">("idle");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const prefix = usePrefix({ status, theme });

  useKeypress((key, line) => {
    if (!isEnterKey(key)) {
      setTyped(line.line);
      setWrong(null);
      return;
    }
    const answer = typed.trim();
    const found = problem(answer);
    setWrong(found);
    if (found !== null) return setTyped("");
    setStatus("done");
    done(answer);
  });

  const stars = "*".repeat(typed.length);
  return [
    `${prefix} ${theme.style.message(message, status)} ${status === "done" ? theme.style.answer(stars) : stars}`,
    wrong === null ? "" : theme.style.error(wrong),
  ];
});
