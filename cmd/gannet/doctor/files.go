package doctor

import (
	"context"
	"crypto/tls"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// files looks whether the files that the configuration names can be read, and by
// whom else.
func files(_ context.Context, _ Machine, t *Target, r *Report) {
	for _, f := range t.Files {
		info, err := os.Stat(f.Path)
		switch {
		case err != nil:
			r.add(Fail, f.Key, "make it, or set "+f.Key+" right", "%v", err)
		case unix.Access(f.Path, unix.R_OK) != nil:
			r.add(Fail, f.Key, "chgrp it to the group of the user that runs gannet and chmod 640 it", "%s can't be read by this user", f.Path)
		case f.Secret && info.Mode().Perm()&0o007 != 0:
			r.add(Warn, f.Key, "chmod 600 "+f.Path, "%s is open to every user of the machine", f.Path)
		default:
			r.add(OK, f.Key, "", "%s can be read%s", f.Path, asRoot())
		}
	}
}

// asRoot says what a look as root is worth.
func asRoot() string {
	if os.Geteuid() == 0 {
		return " by root; the user that runs gannet may not be able to"
	}
	return ""
}

// renewal is how long before its end a certificate should have been renewed.
const renewal = 14 * 24 * time.Hour

// certificate looks at that of TLS.
func certificate(_ context.Context, _ Machine, t *Target, r *Report) {
	if t.CertFile == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		r.add(Fail, "certificate", "tls.cert_file and tls.key_file must be the two halves of one pair, in PEM", "%v", err)
		return
	}
	judgeCertificate(&pair, time.Now(), r)
}

func judgeCertificate(pair *tls.Certificate, now time.Time, r *Report) {
	const name = "certificate"
	leaf, names := pair.Leaf, strings.Join(pair.Leaf.DNSNames, ", ")
	const day = "2006-01-02"
	switch left := leaf.NotAfter.Sub(now); {
	case left <= 0:
		r.add(Fail, name, "renew it", "for %s; it ran out on %s", names, leaf.NotAfter.Format(day))
	case leaf.NotBefore.After(now):
		r.add(Fail, name, "look at the clock, or wait", "for %s; it isn't good before %s", names, leaf.NotBefore.Format(day))
	case left < renewal:
		r.add(Warn, name, "renew it, and look why that wasn't done by itself", "for %s; it runs out on %s", names, leaf.NotAfter.Format(day))
	default:
		r.add(OK, name, "", "for %s, until %s", names, leaf.NotAfter.Format(day))
	}
}
