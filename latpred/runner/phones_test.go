package runner

import (
	"strings"
	"testing"
)

func TestPhones(t *testing.T) {
	s := install(t, "adb")
	s.set("devices", oneDevice+"emulator-5554 offline\n")
	list, err := Phones(t.Context())
	if err != nil || len(list) != 2 || list[0] != (Phone{"R58M12ABC", "SM_N970F", "device"}) || list[1].State != "offline" {
		t.Fatalf("%+v, %v", list, err)
	}
	facts, err := list[0].Facts(t.Context())
	if err != nil || facts["model"] != "SM-N970F" || facts["android"] != "12" {
		t.Errorf("%v, %v", facts, err)
	}
	for want, set := range map[string][2]string{
		"43.1 °C, at most 40 are allowed": {"temperature", "431"},
		"thermal status is 2":             {"thermal", "2"},
		"9 %, want 15 at least":           {"level", "9"},
		"it is gone":                      {"gone", "1"},
	} {
		before := s.get(set[0], map[string]string{"temperature": "312", "thermal": "0", "level": "87", "gone": "0"}[set[0]])
		s.set(set[0], set[1])
		if reason := list[0].Unready(t.Context(), Heat{}); !strings.Contains(reason, want) {
			t.Errorf("%q, want …%s…", reason, want)
		}
		s.set(set[0], before)
	}
	if reason := list[0].Unready(t.Context(), Heat{}); reason != "" {
		t.Errorf("a phone that is well: %q", reason)
	}
	if reason := list[1].Unready(t.Context(), Heat{}); !strings.Contains(reason, "offline") {
		t.Errorf("an offline phone: %q", reason)
	}
	s.set("gone", "1")
	if _, err := list[0].Facts(t.Context()); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("facts of a phone that is gone: %v", err)
	}
}
