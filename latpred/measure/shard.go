package measure

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of several disjoint parts of a campaign, each measured into a journal of its
// own, on whatever machine. The units, in the campaign's order, are cut into chunks as
// large as a group, and chunk k, counted from 0, belongs to shard k mod Of + 1. So a longer
// list of units adds to every shard and moves nothing between them. All shards
// measure the same anchors. The zero value is the whole campaign.
type Shard struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`    // shards in all
	Group int `json:"group"` // units in a chunk; Device fills it in
}

// MaxShards is the largest Shard.Of.
const MaxShards = 100_000

// ParseShard reads "2/8", the second of eight shards; "" is the whole campaign.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	index, of, _ := strings.Cut(text, "/")
	i, bad := strconv.Atoi(index)
	n, worse := strconv.Atoi(of)
	if bad != nil || worse != nil || i < 1 || i > n || n > MaxShards {
		return Shard{}, fmt.Errorf("%q is no shard: want I/N with I from 1 to N, and N at most %d, such as 2/8", text, MaxShards)
	}
	return Shard{Index: i, Of: n}, nil
}

// String writes what ParseShard reads; it leaves Group out.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// validate errs for a shard that none of ParseShard is.
func (s Shard) validate() error {
	if s != (Shard{}) && (s.Index < 1 || s.Index > s.Of || s.Of > MaxShards || s.Group < 1) {
		return fmt.Errorf("shard %d of %d with groups of %d", s.Index, s.Of, s.Group)
	}
	return nil
}

// shardOf returns the elements that belong to a shard whose chunks hold group elements.
func shardOf[T any](s Shard, group int, list []T) []T {
	if s.Of == 0 {
		return list
	}
	var own []T
	for from := (s.Index - 1) * group; from < len(list); from += s.Of * group {
		own = append(own, list[from:min(from+group, len(list))]...)
	}
	return own
}

// Count returns how many of n networks belong to the shard, with group units in a chunk; a
// group of 0 stands for Default.Group, as in Config.
func (s Shard) Count(n, group int) int {
	if group == 0 {
		group = Default.Group
	}
	return len(shardOf(s, group, make([]struct{}, n)))
}

// LayerGroup returns Config.Group for n layers where it is 0: all layers that belong to the
// shard in one group.
func (s Shard) LayerGroup(n int) int { return (n + max(1, s.Of) - 1) / max(1, s.Of) }
