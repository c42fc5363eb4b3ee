/** The forms a conversation can be exported to, which are the endings of their files. */
export const formNames = ["md", "html", "json", "jsonl", "txt"] as const;

export type FormName = (typeof formNames)[number];
