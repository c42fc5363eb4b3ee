/** What can be wrong with an example of a training file; the words have a sentence for each. */
export const problemLevels = {
  not_utf8: "error",
  too_long: "error",
  not_json: "error",
  not_object: "error",
  no_example: "error",
  other_form: "error",
  no_messages: "error",
  bad_message: "error",
  bad_role: "error",
  bad_content: "error",
  empty_text: "error",
  no_answer: "error",
  last_not_answer: "error",
  system_late: "error",
  answer_first: "error",
  bad_call: "error",
  tool_without_call: "error",
  call_without_result: "error",
  bad_weight: "error",
  no_weight: "error",
  bad_tools: "error",
  over_window: "error",
  unlisted_tool: "warning",
  unknown_field: "warning",
  repeated_role: "warning",
  empty_system: "warning",
  duplicate: "warning",
} as const;

export type ExampleFault = keyof typeof problemLevels;

/** Why a line is no good example. */
export interface LineProblem {
  readonly code: ExampleFault;
  /** Where in the line, as `messages[2].content`; empty for all of it. */
  readonly at: string;
  /** The value that is wrong, a parser's sentence, or a number; empty where the code says it all. */
  readonly detail: string;
}

/** How an example is written: OpenAI's `messages`, `prompt` and `completion`, or `input` with two answers to it. */
export type ExampleForm = "chat" | "completion" | "preference";
