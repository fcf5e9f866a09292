package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// checkOwner keeps root from writing into a database whose server is another user,
// who couldn't write some of the new files and couldn't link to others for a backup.
// The list of files tells who that is: each start writes it anew, and the directory
// may be a volume of yet another user.
func checkOwner(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	files := os.DirFS(dir)
	lists, err := fs.Glob(files, "MANIFEST-*")
	if err != nil {
		return err
	}
	for _, name := range lists {
		info, err := fs.Stat(files, name)
		if err != nil {
			return err
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			return fmt.Errorf("the database in %s is another user's, who couldn't use what root writes there; "+
				"run it as that user: sudo -u %s gannet …", dir, userName(owner.Uid))
		}
	}
	return nil
}

// userName is the name of a user, or the number as sudo takes it.
func userName(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return "'#" + number + "'"
}
