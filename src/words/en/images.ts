/** Words about pictures that models make. */
export const images = {
  noPrompt: 'No prompt given. Describe the picture, as in deepseek-chat image "a red fox in the snow".',
  notAPicture: ({ name }: { name: string }) => `${name} is not a picture; -f takes pictures to change.`,
  pictures: ({ count }: { count: number }) => (count === 1 ? "1 picture" : `${count} pictures`),
  /** What the service made of a prompt. */
  rewritten: ({ prompt }: { prompt: string }) => `Rewritten prompt: ${prompt}`,
  /** Where a picture is that could not be saved as a file. */
  kept: ({ path }: { path: string }) => `The pictures are saved with the transcript: ${path}`,
  /** Below an answer. */
  picture: ({ path }: { path: string }) => `Picture: ${path}`,
  /** `/image` without a prompt. */
  how: "Describe the picture, as in /image a red fox in the snow",
};
