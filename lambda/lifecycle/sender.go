package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// attemptTime is how long one try to send a response may take.
	attemptTime = 10 * time.Second
	// sendTime is how long all of them may take. Lambda then calls the function again.
	sendTime = 2 * time.Minute
	// minRetryDelay and maxRetryDelay are between two tries.
	minRetryDelay = 200 * time.Millisecond
	maxRetryDelay = 10 * time.Second
	// maxResponseRead is how much of an answer is read.
	maxResponseRead = 64 << 10
)

// sender sends responses to CloudFormation.
type sender struct {
	client *http.Client
	// playedBy is the host of AWS's endpoint where another one than AWS's is set; its
	// addresses are responses' as well.
	playedBy string
}

// newSender is a sender that keeps no connection: each address is used once. endpoint
// is the SDK's AWS_ENDPOINT_URL, "" for AWS's own.
func newSender(endpoint string) sender {
	playedBy := ""
	if parsed, err := url.Parse(endpoint); err == nil {
		playedBy = parsed.Hostname()
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true,
		TLSHandshakeTimeout: attemptTime, ResponseHeaderTimeout: attemptTime,
	}
	// The body would follow a redirect to any address.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return sender{client: &http.Client{Transport: transport, Timeout: attemptTime, CheckRedirect: stay}, playedBy: playedBy}
}

// responseHost matches the hosts of CloudFormation's buckets for responses, in all of
// S3's forms: BUCKET.s3.amazonaws.com, BUCKET.s3-eu-west-1.amazonaws.com,
// BUCKET.s3.dualstack.eu-west-1.amazonaws.com, and those of other partitions.
func responseHost() *regexp.Regexp {
	return regexp.MustCompile(`^cloudformation-custom-resource-[a-z0-9-]+\.s3([.-][a-z0-9-]+){0,2}\.amazonaws\.(com|com\.cn|eu)$`)
}

// checkAddress refuses an address that is not CloudFormation's: whoever may invoke the
// function gives one, and the function may be in a network that they cannot reach.
func (s sender) checkAddress(address string) error {
	parsed, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("its address cannot be read")
	case s.playedBy != "" && parsed.Hostname() == s.playedBy:
		return nil
	case parsed.Scheme != "https", parsed.User != nil, parsed.Port() != "" && parsed.Port() != "443", !responseHost().MatchString(parsed.Hostname()):
		return errors.New("its address is not one of CloudFormation's buckets for responses")
	}
	return nil
}

// send puts a response to an address that checkAddress admits. It retries while there is
// time, unless the address is refused for good. No error contains the address, whose
// signature is a secret.
func (s sender) send(ctx context.Context, address string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = minRetryDelay, maxRetryDelay
	tries := 0
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		tries++
		return struct{}{}, s.put(ctx, address, body)
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return fmt.Errorf("send the response to CloudFormation (tries: %d): %w", tries, err)
	}
	return nil
}

func (s sender) put(ctx context.Context, address string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(errors.New("its address cannot be read"))
	}
	// The address is signed for a request without a Content-Type.
	response, err := s.client.Do(request)
	if err != nil {
		var told *url.Error
		if errors.As(err, &told) {
			err = told.Err
		}
		return err
	}
	// Do not report the answer: it may quote the address.
	_, readErr := io.Copy(io.Discard, io.LimitReader(response.Body, maxResponseRead))
	closeErr := response.Body.Close()
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return nil
	case response.StatusCode == http.StatusForbidden, response.StatusCode == http.StatusNotFound, response.StatusCode == http.StatusGone:
		return backoff.Permanent(fmt.Errorf("its address was refused: %s", response.Status))
	}
	return errors.Join(fmt.Errorf("its address answered: %s", response.Status), readErr, closeErr)
}
