import type { Complaint } from "./error-body.ts";

/** What an error is about, whatever status it came with. */
export type ErrorMeaning = "balance" | "rate" | "key" | "context" | "content" | "model" | "loading";

/** Words of services, the first match counts. Where a limit is a matter of time, it is not one of money. */
const meanings: readonly (readonly [ErrorMeaning, RegExp])[] = [
  ["rate", /per (?:minute|second|hour|day)|\b[rt]p[md]\b|\bqp[sm]\b/iu],
  [
    "balance",
    /insufficient[_ -]?(?:account |user |token )?(?:balance|quota|funds?|credits?)|balance (?:is )?(?:not enough|insufficient|too low|exhausted)|not enough (?:balance|credits?|quota|funds)|(?:out of|no more|no|exhausted your) (?:quota|credits?)\b|exceeded your current quota|credit balance|payment required|billing[_ ](?:hard|not)|arrear|overdue|余额(?:不足|已用尽)|欠费|额度(?:不足|已用[尽完])/iu,
  ],
  [
    "rate",
    /rate[_ -]?limit|too many (?:concurrent )?requests|throttl|quota exceeded|限流|频率|频繁|并发(?:数)?(?:超|过)/iu,
  ],
  [
    "context",
    /maximum context length|context[_ ](?:length|window|size).*exceed|exceeds?\b.*context|exceed_context|prompt is too long|input is too long|too many (?:input )?tokens|range of input length|(?:上下文|输入|提示词).{0,12}(?:过长|太长|超出|超过)/iu,
  ],
  [
    "content",
    /content exists risk|content[_ -]?(?:filter|policy)|data_?inspection_?failed|new_sensitive|sensitive (?:words?|content|information)|敏感|内容违规/iu,
  ],
  [
    "model",
    /model.*(?:not exist|not found|does not exist|not supported)|no such model|unknown model|invalid model|no (?:available )?channel|模型.{0,12}(?:不存在|无可用)|无可用渠道/iu,
  ],
  [
    "key",
    /(?:invalid|incorrect|wrong|expired|revoked|disabled|missing|no|bad) (?:or \w+ )?(?:provided )?(?:api[_ -]?key|(?:access |auth )?token\b|authentication|credentials?)|(?:api[_ -]?key|\b(?:access |auth )?token|credentials?|authentication|authorization) (?:provided )?(?:is |was |has |have )?(?:been )?(?:invalid|incorrect|wrong|expired|revoked|disabled|missing|required|not valid|not provided|not found|fails?|failed)|unauthori[sz]ed|invalid_?(?:api_?)?(?:key|token)|invalid_authentication|authentication_error|(?:密钥|令牌|鉴权|认证|api[ _]?key).{0,8}(?:无效|过期|错误|失败|不正确)/iu,
  ],
  [
    "loading",
    /^(?!.*(?:fail|(?<![_a-z])error|unable|could not|cannot|can't|失败|错误)).*(?:(?:model|server).{0,80}\b(?:loading|being loaded|warming up|starting)|(?:still|currently) loading|loading (?:the )?model|模型.{0,40}(?:正在|尚在)?(?:加载|载入|启动)|正在(?:加载|载入|启动))/iu,
  ],
];

/**
 * What a complaint is about, by its words and codes; null where they say nothing that is known. The status comes first where
 * there is one that says more: see `fromRefusal`.
 */
export function meaningOf({ reason, codes }: Pick<Complaint, "reason" | "codes">): ErrorMeaning | null {
  // A page or a program in an error says a lot that it does not mean.
  const text = [reason.slice(0, 1000), ...codes].join(" ; ");
  return meanings.find(([, words]) => words.test(text))?.[0] ?? null;
}
