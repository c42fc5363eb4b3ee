import type { Declare } from "./command.ts";

/** The hidden command that `ask --detach` starts: what it is to ask comes through a pipe, not on its command line. */
export const background: Declare = (program, { run }) => {
  const command = program.command("background", { hidden: true }).action(async () => {
    const { readJob, runJob } = await import("../app/ask/background-job.ts");
    const job = await readJob();
    await run(command, (engine, console) => runJob(engine, console, job), { flags: job.flags });
  });
};
