import type { FileWords } from "../types.ts";

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

function priced({ size, pages, price }: { size: string; pages: string | null; price: string | null }): string[] {
  const cost = price === null ? "price unknown" : pages === null ? `${price} per page` : price;
  return [size, ...(pages === null ? [] : [`${pages} ${pages === "1" ? "page" : "pages"}`]), cost];
}

export const fileWords: FileWords = {
  toRecognize: ({ name, ...price }) => [name, ...priced(price)].join(" · "),
  toUpload: ({ name, provider, ...price }) => [`Uploading ${name} to ${provider}`, ...priced(price)].join(" · "),
  reused: ({ name, provider, until }) =>
    `${name} is already at ${provider}${until === null ? "" : ` (until ${until})`}: not uploaded again.`,
  takenUp: ({ name, provider }) => `${name}: the interrupted upload to ${provider} did arrive whole and is used.`,
  sentAgain: ({ name, provider }) => `${provider} no longer has ${name}: uploading it again.`,
  asText: ({ name, provider }) => `${name}: sent to ${provider} as text, extracted on this machine.`,
  lost: ({ name, provider }) =>
    `${name} is no longer at ${provider}, and the file on this machine is missing or was changed: the model can't see it. Attach it again with -f or /file.`,
  uploadCut: ({ name, provider }) =>
    `The upload of ${name} broke off; ${provider} may bill it. When you attach it again, it is uploaded only if it isn't there (see deepseek-chat files list).`,
  paid: ({ cost }) => `Total: ${cost}`,
  cutOff: ({ name, provider }) => `${name} was sent, at least in part; ${provider} may bill it.`,
  pageCut: ({ name, page, reason }) => `${name}: the text of page ${page} ends early (${reason}).`,
  pagesMissing: ({ name, pages }) => `${name}: no text was returned for these pages: ${pages}.`,
  noText: ({ name }) => `${name}: no pages were returned.`,
  columns: { id: "ID", name: "name", size: "size", uploaded: "uploaded", expires: "expires" },
  noFiles: ({ provider }) => `No files at ${provider}.`,
  reallyRemove: ({ files, provider }) =>
    `Delete ${files === 1 ? "the only file" : `all ${files} files`} in this account at ${provider}?`,
  removed: ({ files, provider }) => `Deleted ${counted(files, "file")} at ${provider}.`,
};
