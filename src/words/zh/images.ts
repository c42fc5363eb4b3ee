/** 模型生成的图片。 */
export const images = {
  noPrompt: '没有提示词。请描述图片内容，例如 deepseek-chat image "雪地里的一只赤狐"。',
  notAPicture: ({ name }: { name: string }) => `${name} 不是图片；-f 用于指定要修改的图片。`,
  pictures: ({ count }: { count: number }) => `${count} 张图片`,
  rewritten: ({ prompt }: { prompt: string }) => `改写后的提示词：${prompt}`,
  kept: ({ path }: { path: string }) => `图片已随对话记录保存：${path}`,
  picture: ({ path }: { path: string }) => `图片：${path}`,
  how: "请描述图片内容，例如：/image 雪地里的一只赤狐",
};
