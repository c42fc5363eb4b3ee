export { answer } from "./answer.ts";
export { editor } from "./editor.ts";
export { errors } from "./errors.ts";
export { exporting, importing } from "./exporting.ts";
export { help } from "./help.ts";
export { context, session, slash, slashGroups } from "./session.ts";
export { setup } from "./setup.ts";
export { tables, transcripts } from "./transcripts.ts";
