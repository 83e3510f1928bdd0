package jsonata_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes expressions over testdata/input.json. The same seed makes the same.
type generator struct{ random *rand.Rand }

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, seed))}
}

func (g *generator) pick(choices ...string) string { return choices[g.random.IntN(len(choices))] }

func (g *generator) name() string {
	return g.pick("customer", "orders", "items", "id", "sku", "price", "quantity", "tags", "stock", "matrix", "one", "text", "missing", "`order by`", "prices", "nothing")
}

func (g *generator) literal() string {
	return g.pick("0", "1", "2", "-1", "1.5", "10", `"a"`, `"pen"`, `""`, `"hello world"`, "true", "false", "null", "[]", "[1,2,3]", `["b","a"]`, "{}", `{"a":1}`, "[[1,2],[3]]", `[{"a":1},{"a":2,"b":"z"}]`)
}

// expression makes one that nests up to a depth.
func (g *generator) expression(depth int) string {
	if depth <= 0 {
		return g.pick(g.name(), g.literal(), g.name()+"."+g.name(), "orders.items."+g.name(), "orders[0]")
	}
	inner := func() string { return g.expression(depth - 1 - g.random.IntN(2)) }
	switch g.random.IntN(12) {
	case 0, 1, 2:
		return g.path(depth)
	case 3, 4, 5:
		return g.call(depth)
	case 6:
		return fmt.Sprintf("(%s %s %s)", inner(), g.pick("+", "-", "*", "/", "&", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"), inner())
	case 7:
		return fmt.Sprintf("(%s ? %s : %s)", inner(), inner(), inner())
	case 8:
		return fmt.Sprintf(g.pick("[%s,%s]", "[[%s],%s]"), inner(), inner())
	case 9:
		return fmt.Sprintf(`{%s:%s,"q":%s}`, g.pick(`"p"`, "text", `"r" & zero`, "customer.name"), inner(), inner())
	case 10:
		return fmt.Sprintf("($v:=%s;%s)", inner(), g.pick("$v", "$v[0]", "[$v]", inner(), "$count($v)"))
	default:
		return fmt.Sprintf("(%s)%s", inner(), g.pick("[0]", ".id", ".items", "[]", `{"k":$}`, "[-1]", " ~> $count", " ~> $string()", " ~> $append(1)", "^($)", ".*", ".$"))
	}
}

func (g *generator) path(depth int) string {
	var out strings.Builder
	out.WriteString(g.pick(g.name(), g.name(), "orders", "orders.items", "$", "$$", "*", "**"))
	for range 1 + g.random.IntN(3) {
		switch g.random.IntN(14) {
		case 0, 1, 2, 3:
			out.WriteString("." + g.pick(g.name(), g.name(), "*", `"id"`))
		case 4, 5:
			out.WriteString("[" + g.pick("0", "-1", "1", "[0,1]", "price > 2", `sku = "pen"`, "quantity", "$count(items) > 0", g.expression(depth-2)) + "]")
		case 6:
			out.WriteString("[]")
		case 7:
			out.WriteString(".(" + g.expression(depth-2) + ")")
		case 8:
			out.WriteString(`.{"k":` + g.name() + "}")
		case 9:
			out.WriteString("^(" + g.pick("id", ">price", "<sku,>quantity", "$") + ")")
		case 10:
			out.WriteString("#$i" + g.pick("[$i<2]", "") + `.{"p":$i,"v":$}`)
		case 11:
			out.WriteString(".%." + g.name())
		case 12:
			out.WriteString("@$o." + g.pick("$o.id", `{"o":$o.id}`, "id"))
		default:
			out.WriteString(".[" + g.expression(depth-2) + "]")
		}
	}
	if g.random.IntN(8) == 0 {
		out.WriteString("{" + g.pick("id", "sku", `"k"`, "$string(quantity)") + ":" + g.pick("price", "$sum(price)", "$", "$count($)") + "}")
	}
	return out.String()
}

func (g *generator) call(depth int) string {
	inner := func() string { return g.expression(depth - 1 - g.random.IntN(2)) }
	text := func() string { return g.pick(`"a"`, `"pen"`, `""`, `"hello world"`, `"A-b"`, `"x1y2"`, `"é"`, "text") }
	switch g.random.IntN(14) {
	case 0, 1, 2, 3:
		return "$" + g.pick("string", "length", "number", "sum", "count", "max", "min", "average", "boolean", "not", "exists", "keys", "type", "distinct", "reverse", "sort", "spread", "merge", "uppercase", "trim", "abs", "floor", "round", "base64encode", "encodeUrlComponent", "single") + "(" + inner() + ")"
	case 4:
		return fmt.Sprintf("$map(%s,%s)", inner(), g.pick("function($v){$v}", "function($v,$i){$i}", "$string", "function($v){"+inner()+"}", "function($v){($string($v))[0]}"))
	case 5:
		return fmt.Sprintf("$filter(%s,%s)", inner(), g.pick("function($v){$v}", "function($v,$i){$i>0}", "$exists", "function($v){$v.price>2}"))
	case 6:
		return fmt.Sprintf("$reduce(%s,function($p,$c){%s})", inner(), g.pick("$p & $c", "$append($p,$c)", "$c", "$p"))
	case 7:
		return fmt.Sprintf("$%s(%s,%s)", g.pick("append", "zip", "lookup", "join"), inner(), inner())
	case 8:
		return fmt.Sprintf("$substring(%s,%s,%s)", text(), g.pick("0", "1", "-2", "1.5"), g.pick("0", "1", "3", "2.5"))
	case 9:
		return fmt.Sprintf("$split(%s,%s)", text(), g.pick(text(), "/[ -]/", `/\d/`))
	case 10:
		return fmt.Sprintf("$replace(%s,%s,%s)", text(), g.pick("/[a-z]/", `/(\w)(\w)/`, "/x/i"), g.pick(`"$1"`, `"x"`, `"$2$1"`, "function($m){$uppercase($m.match)}"))
	case 11:
		return fmt.Sprintf("$match(%s,/%s/)", text(), g.pick("l+", `(\w)\d`, "[a-z]", "^h", "d$", "(?=l)l"))
	case 12:
		return fmt.Sprintf("$%s(%s,function($v,$k){%s})", g.pick("each", "sift"), inner(), g.pick("$k", "$v", `$k = "id"`))
	default:
		return fmt.Sprintf(`(%s ~> |%s|{"z":%s}%s|)`, g.pick("$", "customer", "orders", inner()), g.pick("$", "items", "orders.items", "**"), inner(), g.pick("", `,"id"`, `,["id","sku"]`))
	}
}
