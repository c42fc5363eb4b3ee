/** Whether a text that stands for a schema, and is no file that there is, can only have been meant as the path of one. */
export function isSchemaPath(text: string): boolean {
  return /\.(?:json|ya?ml)$/iu.test(text) || /^[^\s,:]*[\\/][^\s,]*$/u.test(text);
}

/** Whether a text is a schema itself, as JSON. */
export function isInlineSchema(text: string): boolean {
  return /^\s*[[{]/u.test(text);
}
