package wire

import "testing"

type body struct {
	ID      ID     `json:"group_id"`
	Name    string `json:"name"`
	Members []ID   `json:"members"`
	Max     int    `json:"max_members"`
}

func TestStrict(t *testing.T) {
	if err := Pretouch(body{}); err != nil {
		t.Fatal(err)
	}
	data := []byte(` {"group_id":7,"name":"n\u00e9","members":["a",2,null],"NAME":"x","other":[{}],"max_members":null} `)
	var b body
	if err := Strict(data, &b); err != nil {
		t.Fatal(err)
	}
	clear(data) // the result must not alias it
	if b.ID != "7" || b.Name != "né" || len(b.Members) != 3 || b.Members[0] != "a" || b.Members[1] != "2" || b.Max != 0 {
		t.Fatalf("%+v", b)
	}
}

func TestStrictRefuses(t *testing.T) {
	for _, s := range unsoundTexts {
		var v any
		if err := Strict([]byte(s), &v); err == nil || err.Reason != ReasonBadJSON {
			t.Errorf("%.80q: %v", s, err)
		}
	}
	for _, s := range []string{`[]`, `"x"`, `{"name":7}`, `{"max_members":"7"}`, `{"max_members":1.5}`, `{"members":{}}`, `{"group_id":1.5}`, `{"group_id":[]}`} {
		var b body
		if err := Strict([]byte(s), &b); err == nil || err.Reason != ReasonBadRequest {
			t.Errorf("%s: %v %+v", s, err, b)
		}
	}
}

func TestStrictAcceptsWhatIsSound(t *testing.T) {
	for _, s := range soundTexts {
		var v any
		if err := Strict([]byte(s), &v); err != nil {
			t.Errorf("%.80q: %v", s, err)
		}
	}
}
