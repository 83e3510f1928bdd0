package jsonata_test

import (
	"maps"
	"strings"
)

// endless returns expressions that a limit has to end.
func endless() map[string]string {
	all := sharing()
	maps.Copy(all, reading())
	long := strings.Repeat("a", 20_000) + "b"
	maps.Copy(all, map[string]string{
		"endless loop":       `($f := function($n){$f($n + 1)}; $f(1))`,
		"endless pair":       `($f := function(){$g()}; $g := function(){$f()}; $f())`,
		"endless recursion":  `($f := function($n){1 + $f($n)}; $f(1))`,
		"endless nesting":    `($f := function($x){$f({"a": $x})}; $f(1))`,
		"doubled text":       `($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f("ab", 100)))`,
		"doubled array":      `($f := function($s, $n){$n = 0 ? $s : $f($append($s, $s), $n - 1)}; $f([1, 2], 100))`,
		"ranges of ranges":   `[1..10000000].[1..10000000]`,
		"wide padding":       `$pad("a", 1e15)`,
		"range":              `$range(0, 1e12, 1)`,
		"longest range":      `$range(1, 1e7, 1)`,
		"sorts in sorts":     `[1..100000] ~> $sort(function($a, $b){$sum([1..1000]) > 1})`,
		"product of arrays":  `[1..10000].($x := $; [1..10000].($x * $))`,
		"join of a product":  `($a := [1..5000]; $a@$x.$a@$y.$a@$z.($x))`,
		"all descendants":    `($f := function($x, $n){$n = 0 ? $x : $f([$x, $x, {"a": $x}], $n - 1)}; $f(1, 30).**.**)`,
		"backtracking":       `$match("` + long + `", /(a+)+$/)`,
		"backtracking ahead": `$contains("` + long + `", /(?=(a|aa)+$)b/)`,
		"replaced for ever":  `($next := function(){{"match": "a", "start": 0, "end": 1, "groups": [], "next": $next}}; $replace("a", $next, "b"))`,
		"wildcards":          `($f := function($n){$n = 0 ? 1 : {"a": $f($n - 1), "b": $f($n - 1)}}; $f(14).**.**.**.**.**.**.**)`,
		"grouping":           `[1..100000]{$string($): [1..1000]}`,
		"conversions":        `[1..1000000].$string([1..1000])`,
		"nested values":      `$string($reduce([1..200000], function($a, $v){{"a": $a}}))`,
		"deep result":        `$reduce([1..200000], function($a, $v){{"a": $a}})`,
	})
	return all
}

// sharing returns expressions on values of which each holds the one before twice: a few of them stand for more parts than anyone can visit.
func sharing() map[string]string {
	const arrays = `($f := function($x, $n){$n = 0 ? $x : $f([[$x], [$x]], $n - 1)}; $x := $f(0, 60); `
	const objects = `($f := function($x, $n){$n = 0 ? $x : $f({"a": $x, "b": $x}, $n - 1)}; $x := $f(1, 60); `
	all := map[string]string{}
	for _, use := range []string{
		`$y := $f(0, 60); $x = $y`, `$boolean($x)`, `$x ? 1 : 2`, `$x and true`, `$string($x)`, `$x & ""`, `$distinct([$x, $x])`, `$x.**`, `$x.*`,
		`$keys($x)`, `$spread($x)`, `$x`, `$lookup($x, "a")`,
	} {
		all["shared arrays: "+use] = arrays + use + ")"
	}
	for _, use := range []string{
		`$y := $f(1, 60); $x = $y`, `$y := $f(1, 60); $x in [$y.a, $string($y)]`, `$string($x)`, `$x.**`, `$x ~> |**|{"c": 1}|`, `$x ~> |a|{"c": 1}|`, `$each($x, $string)`,
		`$distinct([$x, $f(1, 60)])`, `$x[a = $f(1, 59)]`, `$join([$string($x)])`,
	} {
		all["shared objects: "+use] = objects + use + ")"
	}
	return all
}

// reading returns expressions that do not make much, but read it again and again.
func reading() map[string]string {
	all := map[string]string{}
	for _, use := range []string{
		`$sum($a)`, `$max($a)`, `$average($a)`, `($a = $a)`, `(-1 in $a)`, `$boolean($zero)`, `$keys($a)`, `$spread($a)`, `$distinct($a)`, `$filter($a, $boolean)`, `$a^($)`,
	} {
		all["array: "+use] = `($a := [1..30000]; $zero := [1..30000].(0); [1..100000].` + use + `)`
	}
	for _, use := range []string{
		`$contains($s, "b")`, `$length($s)`, `($s = $t)`, `($s < $t)`, `($s in [$t])`, `{$s: 1}`, `$split($s, "b", 1)`, `$match($s, /b/)`, `$replace($s, "b", "c", 1)`,
		`$encodeUrl($s)`, `$formatNumber(1, $s & "0")`, `$toMillis("2017", $s)`, `$fromMillis(1, $s)`, `$lookup({"a": 1}, $s)`,
	} {
		all["text: "+use] = `($s := $pad("#", 500000, "#"); $t := $s & ""; [1..100000].` + use + `)`
	}
	all["calls in calls"] = `($f := function($x){$map($x, $f)}; $f([[[[1]]]]))`
	all["many matches"] = `$match($pad("a", 500000, "a"), /a/)`
	all["groups in a replacement"] = `$replace($pad("a", 100000, "a"), /(a+)/, $pad("$1", 100000, "$1"))`
	all["words"] = `[1..1000000].$formatInteger(1e300, "w")`
	return all
}
