/** What a person may say about the pictures that a service makes; null where nobody said anything. */
export interface ImageOptions {
  /** `1024x1024`, or a word of the service's, such as `auto`. */
  readonly size: string | null;
  /** How many pictures; from 1. */
  readonly count: number;
  readonly seed: number | null;
  /** Steps of the diffusion. */
  readonly steps: number | null;
  /** How closely the picture follows the prompt. */
  readonly guidance: number | null;
  /** What is not to be in the picture. */
  readonly negative: string | null;
}

/** Pictures of one call. */
export const maxPictures = 16;
