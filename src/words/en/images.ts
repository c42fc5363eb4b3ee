/** Words about pictures that models make. */
export const images = {
  noPrompt: 'Nothing says what the picture is to show. Give it in words: deepseek-chat image "a red fox in the snow"',
  notAPicture: ({ name }: { name: string }) => `${name} is not a picture; -f names pictures that are to be changed.`,
  pictures: ({ count }: { count: number }) => (count === 1 ? "1 picture" : `${count} pictures`),
  /** What the service made of a prompt. */
  rewritten: ({ prompt }: { prompt: string }) => `Rewritten prompt: ${prompt}`,
  /** Where a picture is that could not be saved as a file. */
  kept: ({ path }: { path: string }) => `The pictures are kept with the transcript ${path}`,
  /** Below an answer. */
  picture: ({ path }: { path: string }) => `Picture: ${path}`,
  /** `/image` without a prompt. */
  how: "What is the picture to show? /image a red fox in the snow",
};
