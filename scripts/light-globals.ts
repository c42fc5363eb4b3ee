/**
 * What the bundle uses in place of globals of Node that load the whole of undici, or of web streams, when first touched.
 * The `openai` package builds its headers with the first; of the others it only asks whether something is an instance.
 */
export { Headers } from "headers-polyfill";

class NotBundled {
  readonly url = "";
}

export { NotBundled as FormData, NotBundled as Response, NotBundled as Blob };
