// What the public text of a reply should not hold (handbook 3.6): hints while writing, never a refusal. Pure.
export type Finding = "mobile" | "identity" | "shirking" | "absolute";

const PATTERNS: Record<Finding, RegExp> = {
  mobile: /(?<!\d)1[3-9]\d{9}(?!\d)/,
  identity: /(?<!\d)\d{17}[\dXx](?!\d)/,
  shirking: /不归(我们|本单位|我局)管|不属于我们的事|你(自己)?去找|与我(们|单位|局)无关/,
  absolute: /绝对(不会|没有|保证)|百分之百|100%(保证|解决)|保证(彻底|永远)/,
};

/** The findings in `text`, in the order of the list above. */
export function replyFindings(text: string): Finding[] {
  return (Object.keys(PATTERNS) as Finding[]).filter((finding) => PATTERNS[finding].test(text));
}
