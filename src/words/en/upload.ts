import type { UploadWords } from "../types.ts";

export const uploadWords: UploadWords = {
  uploading: ({ name, provider }) => `Uploading ${name} to ${provider}`,
  bytes: ({ sent, size }) => `${sent} of ${size}`,
  rate: ({ rate }) => `${rate}/s`,
  left: ({ time }) => `${time} left`,
  reading: ({ name, provider }) => `Uploaded ${name} · waiting for ${provider} to process it`,
};
