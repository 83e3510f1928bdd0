package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

func (c *clients) send(t testing.TB, queue, group, body string) {
	t.Helper()
	_, err := c.queues.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &queue, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: aws.String(group + body),
	})
	require.NoError(t, err)
}

// receive receives up to ten messages, waiting as long as AWS lets one.
func (c *clients) receive(t testing.TB, queue string, wait int32) []sqstypes.Message {
	t.Helper()
	received, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, WaitTimeSeconds: wait, MaxNumberOfMessages: 10,
		MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameApproximateReceiveCount},
	})
	require.NoError(t, err)
	return received.Messages
}

func (c *clients) hide(t testing.TB, queue, receipt string, seconds int32) {
	t.Helper()
	_, err := c.queues.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue, ReceiptHandle: &receipt, VisibilityTimeout: seconds})
	require.NoError(t, err)
}

// A long poll whose client has gone takes no message.
func TestConformanceDisconnectSwallowsNothing(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c, gone := newClients(t, cloud), newClients(t, cloud)
	queue := c.queue(t, "60")
	for i := range 10 {
		polling := make(chan struct{})
		gone.caller.On("ReceiveMessage", func(int, http.ResponseWriter, *http.Request) bool {
			close(polling)
			return false
		})
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := gone.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &queue, WaitTimeSeconds: 20})
			left <- err
		}()
		<-polling
		leave()
		require.ErrorIs(t, <-left, context.Canceled)
		c.send(t, queue, fmt.Sprint("group", i), "job")
		messages := c.receive(t, queue, 20)
		require.Len(t, messages, 1, "of disconnect %d", i)
		_, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: messages[0].ReceiptHandle})
		require.NoError(t, err)
	}
}

// A long poll that waits is woken by a message.
func TestConformanceLongPollWakes(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c, waiter := newClients(t, cloud), newClients(t, cloud)
	queue := c.queue(t, "60")
	polling := make(chan struct{})
	waiter.caller.On("ReceiveMessage", func(int, http.ResponseWriter, *http.Request) bool {
		close(polling)
		return false
	})
	received := make(chan []sqstypes.Message)
	go func() {
		output, err := waiter.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, WaitTimeSeconds: 20})
		assert.NoError(t, err)
		received <- output.Messages
	}()
	<-polling
	c.send(t, queue, "group", "job")
	assert.Len(t, <-received, 1)
	assert.Equal(t, 1, waiter.caller.Calls("ReceiveMessage"))
}

// A receive that does not say how long it waits waits for as long as the queue's
// own setting.
func TestConformanceQueuesOwnWait(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	queue := c.queue(t, "60")
	began := time.Now()
	assert.Empty(t, c.receive(t, queue, 0))
	const far = 15 * time.Second // from 0 and 1 s on a busy machine, and from the longest wait, 20 s
	assert.Less(t, time.Since(began), far, "its setting is 0")
	wait := func(setting string) {
		_, err := c.queues.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
			QueueUrl: &queue, Attributes: map[string]string{"ReceiveMessageWaitTimeSeconds": setting},
		})
		require.NoError(t, err)
		began = time.Now()
	}
	wait("2")
	assert.Empty(t, c.receive(t, queue, 0))
	assert.GreaterOrEqual(t, time.Since(began), 2*time.Second)
	wait("20")
	assert.Empty(t, c.receive(t, queue, 1))
	assert.Less(t, time.Since(began), far, "what it says counts")
}

// A receive that is repeated by its attempt id gets the same messages and
// receipts while they are hidden, until one of them is changed.
func TestConformanceReceiveAttempt(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	const hidden = 3 * time.Second
	queue := c.queue(t, "3")
	attempt := func(id string) (receipts []string) {
		received, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &queue, MaxNumberOfMessages: 10, ReceiveRequestAttemptId: &id,
		})
		require.NoError(t, err)
		for _, message := range received.Messages {
			receipts = append(receipts, *message.ReceiptHandle)
		}
		return receipts
	}
	assert.Empty(t, attempt("a"))
	c.send(t, queue, "1", "job")
	first := attempt("a")
	require.Len(t, first, 1, "what had no messages is not remembered")
	assert.Equal(t, first, attempt("a"))
	assert.Empty(t, attempt("b"), "it is hidden from others")
	c.hide(t, queue, first[0], 0)
	second := attempt("b")
	require.Len(t, second, 1)
	assert.Empty(t, attempt("a"), "it was changed")
	for try := 0; ; try++ {
		require.Less(t, try, 20, "the machine is too busy for a message that is hidden for %s", hidden)
		c.hide(t, queue, second[0], 0)
		id := fmt.Sprint("d", try)
		received := time.Now()
		second = attempt(id)
		require.Len(t, second, 1)
		time.Sleep(2 * time.Second)
		repeated, again := time.Now(), attempt(id)
		if time.Since(received) > hidden { // it may have been visible meanwhile
			second = again
			continue
		}
		assert.Equal(t, second, again)
		time.Sleep(2 * time.Second)
		others := attempt("c" + id)
		if time.Since(repeated) < hidden {
			assert.Empty(t, others, "the repetition has hidden it anew")
			break
		}
		if len(others) > 0 {
			second = others
		}
	}
	_, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: &second[0]})
	require.NoError(t, err)
	assert.Empty(t, attempt("e"))
}

// What was in an answer that is lost on its way comes with the SDK's own retry,
// which has the same attempt id.
func TestConformanceLostAnswer(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	queue := c.queue(t, "60")
	c.send(t, queue, "1", "job")
	c.caller.After("ReceiveMessage", fakeaws.Lose(1))
	received, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, WaitTimeSeconds: 1, ReceiveRequestAttemptId: aws.String(unique()),
	})
	require.NoError(t, err)
	assert.Len(t, received.Messages, 1)
	assert.Equal(t, 2, c.caller.Calls("ReceiveMessage"))
}

func TestConformanceStaleReceiptIsRefused(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	queue := c.queue(t, "60")
	c.send(t, queue, "group", "job")
	first := c.receive(t, queue, 20)
	require.Len(t, first, 1)
	assert.Equal(t, "1", first[0].Attributes["ApproximateReceiveCount"])
	assert.Empty(t, c.receive(t, queue, 0), "it is hidden")
	c.hide(t, queue, *first[0].ReceiptHandle, 0)
	second := c.receive(t, queue, 20)
	require.Len(t, second, 1)
	assert.Equal(t, "2", second[0].Attributes["ApproximateReceiveCount"])
	_, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: first[0].ReceiptHandle})
	assert.Equal(t, "ReceiptHandleIsInvalid", code(t, err))
	_, err = c.queues.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &queue, ReceiptHandle: first[0].ReceiptHandle, VisibilityTimeout: 9})
	assert.Equal(t, "ReceiptHandleIsInvalid", code(t, err))
	_, err = c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: second[0].ReceiptHandle})
	require.NoError(t, err)
}

// A hidden message hides its group, and no other; a duplicate is dropped, also
// when the first has been deleted.
func TestConformanceGroupsAndDuplicates(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	queue := c.queue(t, "60")
	c.send(t, queue, "a", "1")
	first := c.receive(t, queue, 20)
	require.Len(t, first, 1)
	c.send(t, queue, "a", "2")
	c.send(t, queue, "b", "1")
	other := c.receive(t, queue, 20)
	require.Len(t, other, 1)
	assert.Equal(t, "1", *other[0].Body)
	_, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: first[0].ReceiptHandle})
	require.NoError(t, err)
	c.send(t, queue, "a", "1")
	rest := c.receive(t, queue, 20)
	require.Len(t, rest, 1, "the duplicate was dropped")
	assert.Equal(t, "2", *rest[0].Body)
}

// One of many conditional writes wins, and the others are told of whom.
func TestConformanceConditionalWrite(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	table := c.table(t, "claims", "resourceType", "name", dynamodbtypes.ScalarAttributeTypeS)
	const writers = 20
	results := make(chan error, writers)
	for i := range writers {
		go func() {
			_, err := c.tables.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: &table, ConditionExpression: aws.String("attribute_not_exists(#n)"), ExpressionAttributeNames: map[string]string{"#n": "name"},
				ReturnValuesOnConditionCheckFailure: dynamodbtypes.ReturnValuesOnConditionCheckFailureAllOld,
				Item:                                map[string]dynamodbtypes.AttributeValue{"resourceType": text("Claim"), "name": text("x"), "by": text(fmt.Sprint(i))},
			})
			results <- err
		}()
	}
	won := 0
	for range writers {
		err := <-results
		if err == nil {
			won++
			continue
		}
		var failed *dynamodbtypes.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		assert.Contains(t, failed.Item, "by")
	}
	assert.Equal(t, 1, won)
}

// An object is extended by a server-side copy of what is there.
func TestConformancePartCopy(t *testing.T) {
	t.Parallel()
	c := newClients(t, shared.open(t))
	bucket := c.bucket(t)
	key := aws.String("attini/log")
	body := bytes.Repeat([]byte("0123456789abcde\n"), 6<<20/16)
	put, err := c.objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: key, Body: bytes.NewReader(body)})
	require.NoError(t, err)
	upload, err := c.objects.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: key})
	require.NoError(t, err)
	copied, err := c.objects.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
		Bucket: &bucket, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(1),
		CopySource: aws.String(bucket + "/" + *key), CopySourceRange: aws.String(fmt.Sprintf("bytes=0-%d", len(body)-1)), CopySourceIfMatch: put.ETag,
	})
	require.NoError(t, err)
	added, err := c.objects.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &bucket, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(2), Body: bytes.NewReader([]byte("new\n"))})
	require.NoError(t, err)
	_, err = c.objects.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: &bucket, Key: key, UploadId: upload.UploadId,
		MultipartUpload: &s3types.CompletedMultipartUpload{Parts: []s3types.CompletedPart{
			{PartNumber: aws.Int32(1), ETag: copied.CopyPartResult.ETag}, {PartNumber: aws.Int32(2), ETag: added.ETag},
		}},
	})
	require.NoError(t, err)
	assert.Equal(t, string(body)+"new\n", string(c.object(t.Context(), t, bucket, *key)))
	_, err = c.objects.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: key, IfMatch: put.ETag})
	assert.Equal(t, "PreconditionFailed", code(t, err))
	assert.Equal(t, []string{"s3:CreateBucket", "s3:GetObject", "s3:PutObject"}, c.caller.Actions())
}
