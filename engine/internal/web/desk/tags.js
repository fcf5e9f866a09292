// Tags are free words, the same for the whole team. Those that the console proposes are stored in one language
// and shown in each, so that they count as one in the statistics.

import { t } from "/shared/i18n.js";

const texts = new Map([["solved", "reasonSolved"], ["no answer", "reasonNoAnswer"], ["follow-up", "reasonFollow"], ["spam", "reasonSpam"]]);

// reasonTags are proposed for why a session is closed.
export const reasonTags = [...texts.keys()];

export const tagText = tag => texts.has(tag) ? t(texts.get(tag)) : tag;
