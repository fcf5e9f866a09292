// What happened in a group or a session of the desk, in words.

import { language, t } from "./i18n.js";
import { moment } from "./text.js";

const fields = ["name", "announcement", "max_members", "join", "old_history", "muted"];

// eventText tells of an entry or notice of the types group and session; of a kind that isn't known, nothing.
// nameOf(id, whom) gives the name of a user; whom is true where it happened to them.
export function eventText(e, nameOf = id => id) {
  const text = e.type === "group" ? groupText(e, nameOf) : e.type === "session" ? sessionText(e, nameOf) : "";
  return text.replaceAll(/ ?你 ?/g, "你"); // names stand apart from Chinese words, this one doesn't
}

function groupText(e, nameOf) {
  const by = nameOf(e.by);
  const whom = joined((e.user_ids ?? [e.user_id ?? e.by]).map(id => nameOf(id, true)));
  const itself = !e.user_ids && (e.user_id ?? e.by) === e.by;
  switch (e.event) {
    case "created": return e.user_ids?.length ? t("groupCreatedWith", by, whom) : t("groupCreated", by);
    case "joined": return itself ? t("groupJoined", by) : t("groupAdded", by, whom);
    case "left": return t("groupLeft", nameOf(e.user_id));
    case "kicked": return t("groupKicked", by, whom);
    case "banned": return t("groupBanned", by, whom);
    case "unbanned": return t("groupUnbanned", by, whom);
    case "updated": return t("groupUpdated", by, changed(e));
    case "role": return e.role === "admin" ? t("groupAdmin", by, whom) : t("groupNoAdmin", by, whom);
    case "muted": return t("groupMuted", by, whom, moment(e.until));
    case "unmuted": return t("groupUnmuted", by, whom);
    case "transferred": return t("groupTransferred", by, whom);
    case "dissolved": return t("groupDissolved", by);
    case "requested": return itself ? t("groupRequested", by) : t("groupProposed", by, whom);
    case "refused": return t("groupRefused", by, whom);
  }
  return "";
}

function sessionText(e, nameOf) {
  const agent = e.agent_name || (e.agent_id && nameOf(e.agent_id));
  switch (e.event) {
    case "queued": return t("sessionQueued");
    case "assigned": return t("sessionAssigned", agent);
    case "transferred": return e.skill ? t("sessionToSkill", e.skill) : t("sessionToAgent", agent);
    case "lost": return t("sessionLost");
    case "joined": return t("sessionJoined", nameOf(e.user_id));
    case "left": return t("sessionLeft", nameOf(e.user_id));
    case "warned": return e.text || t("sessionWarned");
    case "offline": return e.text || t("sessionOffline");
    case "identified": return t("sessionIdentified", nameOf(e.user_id));
    case "closed": return e.text || t("sessionClosed");
  }
  return "";
}

const joined = names => names.join(language() === "zh" ? "、" : ", ");

// changed names what of a group is different now.
function changed(e) {
  const parts = fields.filter(field => field in e).map(field => t(`changed_${field}`, e[field]));
  return parts.join(language() === "zh" ? "；" : "; ");
}
