/**
 * What the bundle uses in place of two globals of Node that load the whole of undici when first touched.
 * The `openai` package builds its headers with the one and only asks of the other whether a body is an instance of it.
 */
export { Headers } from "headers-polyfill";

export function FormData(): void {
  throw new Error("not bundled");
}
