package aws

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// pages answers an operation of EC2 page by page, each an item set of items.
func pages(operation, set string, pages ...[]string) fakeaws.Answer {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		page, next := 0, ""
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return true
		}
		if token := r.PostForm.Get("NextToken"); token != "" {
			_, _ = fmt.Sscanf(token, "page-%d", &page) // or the first again
		}
		if page+1 < len(pages) {
			next = fmt.Sprintf("<nextToken>page-%d</nextToken>", page+1)
		}
		items := "<item>" + strings.Join(pages[page], "</item><item>") + "</item>"
		fmt.Fprintf(w, `<%[1]sResponse><%[2]s>%[3]s</%[2]s>%[4]s</%[1]sResponse>`, operation, set, items, next)
		return true
	}
}

// paged is a proxy in which one operation has pages, and its account.
func paged(t *testing.T, operation, set string, items ...[]string) (*fakeaws.Proxy, *Account) {
	t.Helper()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1") // nobody is asked
	proxy.On(operation, pages(operation, set, items...))
	return proxy, NewAccount(sdkConfig(t, proxy.Endpoint()))
}

// AWS answers in pages when it likes.
func TestPages(t *testing.T) {
	t.Parallel()
	t.Run("subnets", func(t *testing.T) {
		t.Parallel()
		var first, second []string
		for i := range 20 {
			item := fmt.Sprintf("<subnetId>subnet-%02d</subnetId><defaultForAz>true</defaultForAz><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>", 19-i)
			if i%2 == 0 {
				first = append(first, item)
			} else {
				second = append(second, item)
			}
		}
		proxy, account := paged(t, "DescribeSubnets", "subnetSet", first, second)
		proxy.On("DescribeVpcs", pages("DescribeVpcs", "vpcSet", []string{"<vpcId>vpc-1</vpcId>"}))
		subnets, err := account.DefaultSubnets(t.Context())
		require.NoError(t, err)
		require.Len(t, subnets, 16, "what a task takes")
		assert.Equal(t, "subnet-00", subnets[0])
		assert.Equal(t, "subnet-15", subnets[15])
		assert.IsIncreasing(t, subnets)
	})
	t.Run("images", func(t *testing.T) {
		t.Parallel()
		_, account := paged(t, "DescribeImages", "imagesSet",
			[]string{"<imageId>ami-1</imageId><architecture>arm64</architecture><rootDeviceName>/dev/sda1</rootDeviceName>" +
				"<blockDeviceMapping><item><deviceName>/dev/sdb</deviceName><ebs><volumeSize>100</volumeSize></ebs></item>" +
				"<item><deviceName>/dev/sda1</deviceName><ebs><volumeSize>30</volumeSize></ebs></item></blockDeviceMapping>"},
			// Its root is on the host's own disk.
			[]string{"<imageId>ami-2</imageId><architecture>x86_64</architecture><blockDeviceMapping><item><deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item></blockDeviceMapping>"})
		images, err := account.Images(t.Context(), []string{"ami-1", "ami-2"})
		require.NoError(t, err)
		assert.Equal(t, map[string]compat.Image{
			"ami-1": {Architecture: "arm64", RootDevice: "/dev/sda1", RootVolumeGiB: 30},
			"ami-2": {Architecture: "x86_64"},
		}, images)
	})
	t.Run("instance types", func(t *testing.T) {
		t.Parallel()
		_, account := paged(t, "DescribeInstanceTypes", "instanceTypeSet",
			[]string{"<instanceType>m5.large</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo>"},
			// Of the first accelerators AWS told in another list only.
			[]string{"<instanceType>inf1.old</instanceType><inferenceAcceleratorInfo><accelerators><member><count>4</count></member></accelerators></inferenceAcceleratorInfo>"})
		found, err := account.InstanceTypes(t.Context(), []string{"m5.large", "inf1.old"})
		require.NoError(t, err)
		assert.Equal(t, map[string]compat.InstanceType{"m5.large": {VCPUs: 2}, "inf1.old": {NeuronDevices: 4}}, found)
	})
}

// EC2 takes 200 values in a filter; a template may have more hosts.
func TestManyNames(t *testing.T) {
	t.Parallel()
	proxy, account := paged(t, "DescribeImages", "imagesSet", []string{"<imageId>ami-1</imageId>"})
	ids := make([]string, 401)
	for i := range ids {
		ids[i] = fmt.Sprintf("ami-%017x", i)
	}
	_, err := account.Images(t.Context(), ids)
	require.NoError(t, err)
	assert.Equal(t, 3, proxy.Calls("DescribeImages"))
}
