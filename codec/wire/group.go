package wire

// The events of a group.
const (
	GroupCreated     = "created"
	GroupJoined      = "joined"
	GroupLeft        = "left"
	GroupKicked      = "kicked"
	GroupBanned      = "banned"
	GroupUnbanned    = "unbanned"
	GroupUpdated     = "updated"
	GroupRole        = "role"
	GroupMuted       = "muted"
	GroupUnmuted     = "unmuted"
	GroupTransferred = "transferred"
	GroupDissolved   = "dissolved"
	GroupRequested   = "requested" // somebody asks to join
	GroupRefused     = "refused"   // and may not
)

// AppendGroupNotice appends what happened around a group and is no entry of its
// log, such as that userID asks to join. userID is left out where the notice is
// about the group itself; by is whose doing it is.
func AppendGroupNotice(dst []byte, event, groupID, userID, by string, timeMS int64) []byte {
	dst = appendText(dst, `{"type":"group","event":`, event)
	dst = appendText(dst, `,"group_id":`, groupID)
	dst = appendGiven(dst, `,"user_id":`, userID)
	dst = appendText(dst, `,"by":`, by)
	dst = appendInt(dst, `,"time":`, timeMS)
	return append(dst, '}')
}
