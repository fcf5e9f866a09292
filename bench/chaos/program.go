package chaos

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// hasFailpoints asks a program whether it can be told to strike itself.
func hasFailpoints(ctx context.Context, program string) (bool, error) {
	out, err := exec.CommandContext(ctx, program, "version").Output()
	if err != nil {
		return false, fmt.Errorf("%s version: %w", program, err)
	}
	return strings.Contains(string(out), " failpoints "), nil
}
