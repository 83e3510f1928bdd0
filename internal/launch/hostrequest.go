package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

// hostRequestTime is how long EC2 may take to refuse a host.
const hostRequestTime = 10 * time.Second

// hostPlace is an instance type in a subnet. EC2 may have capacity in one place and none
// in another.
type hostPlace struct {
	// instanceType is "" for the launch template's own.
	instanceType, subnet string
}

// hostPlaces returns where a host of the runner may run, in the order in which to ask:
// the InstanceType in every subnet, then each fallback.
func (r runner) hostPlaces() (places []hostPlace) {
	types := []string{""}
	for _, fallback := range r.configuration.Host.FallbackInstanceTypes {
		if fallback != r.configuration.Host.InstanceType && !slices.Contains(types, fallback) {
			types = append(types, fallback)
		}
	}
	for _, name := range types {
		for _, subnet := range r.configuration.Network.Subnets {
			places = append(places, hostPlace{name, subnet})
		}
	}
	return places
}

// requestHost asks for an instance in one place after another. Only a round in which
// every place refuses is a refused try. Its errors are retryStart's.
func (l *Launcher) requestHost(ctx context.Context, v *view) (host string, err error) {
	template, places := v.configuration.Host, v.runner.hostPlaces()
	attempted := fmt.Sprintf("run the runner's EC2 host (%s, launch template %s version %s) in %v",
		strings.Join(append([]string{template.InstanceType}, template.FallbackInstanceTypes...), ", "),
		template.LaunchTemplateID, template.LaunchTemplateVersion, v.configuration.Network.Subnets)
	var round hostRound
	err = l.retryStart(ctx, v, message.ErrorHost, attempted, func(try int) (refusalRule, error) {
		for ; round.next < len(places); round.next++ {
			place := places[round.next]
			if round.skips(place) {
				continue
			}
			if len(round.types) > 0 && exceedsDeadline(ctx, hostRequestTime) {
				break
			}
			if round.asked { // each may take as long as the lock lasts
				if err := l.ports.States.Renew(ctx, v.name, v.owner, time.Now().Add(lockTime)); err != nil {
					return noReply(), &lockLostError{err}
				}
			}
			round.asked = true
			host, err = l.ports.Hosts.Run(ctx, HostRequest{
				Token:          token(v.state.Attempt, v.id, place.instanceType, place.subnet, try),
				LaunchTemplate: template.LaunchTemplateID, TemplateVersion: template.LaunchTemplateVersion,
				Subnet: place.subnet, InstanceType: place.instanceType,
			})
			var refusal *Refusal
			switch {
			case err == nil:
				return refusalRule{}, nil
			case !errors.As(err, &refusal):
				return noReply(), err
			}
			rule := refusal.classify(hostRules())
			if rule.action != tryNextSubnet && rule.action != tryNextType {
				return rule, err
			}
			round.refused(place, rule, err)
		}
		rule, err := round.result(template.InstanceType)
		round = hostRound{}
		return rule, err
	})
	return host, err
}

// hostRound is one round through the places of a host. It survives a throttled or lost
// request, which is repeated for the same place.
type hostRound struct {
	// next is the place to ask for.
	next int
	// asked is true after the first request.
	asked bool
	// types are the types that were refused, each with its last refusal.
	types []refusedType
}

// refusedType is the last refusal of an instance type.
type refusedType struct {
	name string
	rule refusalRule
	err  error
}

// skips reports whether a place's type was refused in all subnets at once.
func (r *hostRound) skips(place hostPlace) bool {
	return slices.ContainsFunc(r.types, func(t refusedType) bool { return t.name == place.instanceType && t.rule.action == tryNextType })
}

// refused notes that EC2 refused a place.
func (r *hostRound) refused(place hostPlace, rule refusalRule, err error) {
	one := refusedType{place.instanceType, rule, err}
	if last := len(r.types) - 1; last >= 0 && r.types[last].name == place.instanceType {
		r.types[last] = one
		return
	}
	r.types = append(r.types, one)
}

// result is that of a round in which every place refused. Its rule is the last type's
// that may be given later, if there is one. instanceType is the launch template's.
func (r *hostRound) result(instanceType string) (refusalRule, error) {
	rule, err := refusalRule{}, error(nil)
	texts := make([]string, len(r.types))
	for i, one := range r.types {
		if i == 0 || rule.permanent || !one.rule.permanent {
			rule, err = one.rule, one.err
		}
		name := one.name
		if name == "" {
			name = instanceType
		}
		texts[i] = name + ": " + one.err.Error()
	}
	if len(texts) > 1 {
		err = errors.New(strings.Join(texts, "; "))
	}
	if rule.action = retrySame; rule.permanent {
		rule.action = fatal
	}
	return rule, err
}
