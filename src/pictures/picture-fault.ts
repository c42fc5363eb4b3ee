/** Why a picture cannot be read: damaged, of a form that nothing here reads, with more pixels than memory may hold, or too slow. */
export type PictureFaultReason = "picture_broken" | "picture_form" | "picture_huge" | "picture_slow";

/** A picture that cannot be read. */
export class PictureFault extends Error {
  override readonly name = "PictureFault";
  readonly reason: PictureFaultReason;
  /** The form's name, or the size as `100000×100000`; absent where neither is the reason. */
  readonly detail: string | undefined;

  constructor(reason: PictureFaultReason, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? reason : `${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}
