package httpapi

import (
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/desk"
)

func deskSkillRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/desk/skills", do: listSkills, level: levelAny, visitors: true,
			about: about{
				id: "listSkills", tag: tagDesk, summary: "List the skill groups",
				data: skillsView{},
			},
		},
		{
			method: "PUT", path: "/api/v1/desk/skills/{id}", do: putSkill, body: jsonBody, level: levelAny,
			about: about{
				id: "putSkill", tag: tagDesk, summary: "Make or change a skill group",
				text:    "As a supervisor or backend.",
				params:  list(skillPath{}),
				body:    skillBody{},
				data:    skillView{},
				reasons: deskReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/desk/skills/{id}", do: removeSkill, level: levelAny,
			about: about{
				id: "removeSkill", tag: tagDesk, summary: "Remove a skill group",
				text:    "As a supervisor or backend.",
				params:  list(skillPath{}),
				reasons: deskReasons,
			},
		},
	}
}

type skillPath struct {
	ID string `path:"id" maxLength:"64" doc:"a skill group"`
}

type skillView struct {
	SkillID        string `json:"skill_id"`
	Name           string `json:"name"`
	Fallback       string `json:"fallback,omitempty" doc:"the group whose agents help out"`
	FallbackAfterS int64  `json:"fallback_after_s,omitempty" doc:"seconds that a session waits for it; it doesn't wait while no agent of the group is there"`
}

func viewSkill(k *desk.Skill) skillView {
	return skillView{SkillID: k.ID, Name: k.Name, Fallback: k.Fallback, FallbackAfterS: k.FallbackAfter / 1000}
}

type skillsView struct {
	Skills []skillView `json:"skills"`
}

func listSkills(s *Server, x *exchange) *wire.Error {
	skills, err := s.desk.Skills(x.r.Context(), x.actor())
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, skillsView{Skills: views(skills, viewSkill)})
}

// skillBody is the whole group: what is left out is nothing.
type skillBody struct {
	Name           string  `json:"name" minLength:"1" maxLength:"128"`
	Fallback       wire.ID `json:"fallback,omitempty"`
	FallbackAfterS int64   `json:"fallback_after_s,omitempty" minimum:"0" maximum:"86400"`
}

// maxFallbackAfter bounds how long a session waits for a fallback group, in seconds.
const maxFallbackAfter = 86400

func putSkill(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	var b skillBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if err := b.check(id); err != nil {
		return err
	}
	k := desk.Skill{
		ID: id, Name: b.Name, Fallback: string(b.Fallback),
		FallbackAfter: (time.Duration(b.FallbackAfterS) * time.Second).Milliseconds(),
	}
	if err := s.desk.PutSkill(x.r.Context(), x.actor(), k); err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewSkill(&k))
}

func (b *skillBody) check(id string) *wire.Error {
	switch {
	case b.Name == "":
		return wire.NewError(wire.ReasonBadRequest, "name is needed")
	case string(b.Fallback) == id:
		return wire.NewError(wire.ReasonBadRequest, "a skill group can't be its own fallback")
	case b.FallbackAfterS < 0 || b.FallbackAfterS > maxFallbackAfter:
		return wire.Errorf(wire.ReasonBadRequest, "fallback_after_s must be a whole number from 0 to %d", maxFallbackAfter)
	case b.FallbackAfterS != 0 && b.Fallback == "":
		return wire.NewError(wire.ReasonBadRequest, "fallback_after_s goes with fallback only")
	}
	if err := checkName("name", b.Name); err != nil {
		return err
	}
	return checkOptionalID("fallback", string(b.Fallback))
}

func removeSkill(s *Server, x *exchange) *wire.Error {
	id, refusal := x.pathID("id")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.desk.RemoveSkill(x.r.Context(), x.actor(), id))
}
