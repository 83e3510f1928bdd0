package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pipeListener accepts the far ends of pipes.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { close(l.closed); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.IPAddr{} }

// TestSlowClients: a client that sends or reads nothing loses its connection; one that
// is slow has its download.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte("agent"), 1<<20)
	serve := func(t *testing.T, client func(net.Conn)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			server := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
				}
			}))
			listener := &pipeListener{make(chan net.Conn), make(chan struct{})}
			served := make(chan error, 1)
			go func() { served <- server.Serve(listener) }()
			near, far := net.Pipe()
			listener.connections <- far
			client(near)
			require.NoError(t, near.Close())
			require.NoError(t, server.Close())
			require.ErrorIs(t, <-served, http.ErrServerClosed)
		})
	}
	isCut := func(t *testing.T, connection net.Conn, since time.Time) {
		t.Helper()
		_, err := io.Copy(io.Discard, connection)
		require.NoError(t, err, "it is closed")
		assert.Less(t, time.Since(since), 2*time.Minute)
	}
	t.Run("a body that never comes", func(t *testing.T) {
		t.Parallel()
		serve(t, func(connection net.Conn) {
			since := time.Now()
			_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
			require.NoError(t, err)
			isCut(t, connection, since)
		})
	})
	t.Run("headers that never end", func(t *testing.T) {
		t.Parallel()
		serve(t, func(connection net.Conn) {
			since := time.Now()
			_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n")
			require.NoError(t, err)
			isCut(t, connection, since)
		})
	})
	t.Run("a file that nobody reads", func(t *testing.T) {
		t.Parallel()
		serve(t, func(connection net.Conn) {
			_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			time.Sleep(time.Hour)
			got, err := io.ReadAll(connection)
			require.NoError(t, err)
			assert.Less(t, len(got), len(file))
		})
	})
	t.Run("a file that is read slowly", func(t *testing.T) {
		t.Parallel()
		serve(t, func(connection net.Conn) {
			_, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			require.NoError(t, err)
			var got strings.Builder
			for part := make([]byte, 64<<10); ; time.Sleep(10 * time.Second) {
				n, err := connection.Read(part)
				got.Write(part[:n])
				if err != nil {
					break
				}
			}
			assert.True(t, strings.HasSuffix(got.String(), string(file)))
		})
	})
}
