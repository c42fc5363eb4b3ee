import type { FileWords } from "../types.ts";

function priced({ size, pages, price }: { size: string; pages: string | null; price: string | null }): string[] {
  const cost = price === null ? "价格未知" : pages === null ? `每页 ${price}` : price;
  return [size, ...(pages === null ? [] : [`${pages} 页`]), cost];
}

export const fileWords: FileWords = {
  toRecognize: ({ name, ...price }) => [name, ...priced(price)].join(" · "),
  toUpload: ({ name, provider, ...price }) => [`上传 ${name} 到 ${provider}`, ...priced(price)].join(" · "),
  reused: ({ name, provider, until }) =>
    `${name} 已在 ${provider} 上${until === null ? "" : `（有效期至 ${until}）`}，不再重复上传。`,
  takenUp: ({ name, provider }) => `${name}：上次中断的上传其实已完整送达 ${provider}，直接使用。`,
  sentAgain: ({ name, provider }) => `${provider} 上已没有 ${name}，正在重新上传。`,
  asText: ({ name, provider }) => `${name}：向 ${provider} 发送在本机提取的文本。`,
  lost: ({ name, provider }) =>
    `${provider} 上已没有 ${name}，本机上的文件也不存在或已被修改，模型看不到它。可用 -f 或 /file 重新附加。`,
  uploadCut: ({ name, provider }) =>
    `${name} 的上传中断了，${provider} 可能会计费。再次附加该文件时会先查找，不在时才重新上传（可用 deepseek-chat files list 查看）。`,
  paid: ({ cost }) => `合计：${cost}`,
  cutOff: ({ name, provider }) => `${name} 已发送（至少一部分），${provider} 可能会计费。`,
  pageCut: ({ name, page, reason }) => `${name}：第 ${page} 页的文本不完整（${reason}）。`,
  pagesMissing: ({ name, pages }) => `${name}：以下页没有返回文本：${pages}。`,
  noText: ({ name }) => `${name}：没有返回任何页。`,
  columns: { id: "ID", name: "名称", size: "大小", uploaded: "上传时间", expires: "过期时间" },
  noFiles: ({ provider }) => `${provider} 上没有文件。`,
  reallyRemove: ({ files, provider }) => `删除该账户在 ${provider} 上的全部 ${files} 个文件？`,
  removed: ({ files, provider }) => `已删除 ${provider} 上的 ${files} 个文件。`,
};
