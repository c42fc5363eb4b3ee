import type { UploadWords } from "../types.ts";

export const uploadWords: UploadWords = {
  uploading: ({ name, provider }) => `正在上传 ${name} 到 ${provider}`,
  bytes: ({ sent, size }) => `${sent} / ${size}`,
  rate: ({ rate }) => `${rate}/s`,
  left: ({ time }) => `剩余 ${time}`,
  reading: ({ name, provider }) => `${name} 已上传 · 等待 ${provider} 处理`,
};
