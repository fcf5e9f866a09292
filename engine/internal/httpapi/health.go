package httpapi

import "gannet/codec/wire"

func healthRoutes() []route {
	return []route{
		{method: "GET", path: "/healthz", do: healthz, open: true},
		{method: "GET", path: "/readyz", do: readyz, open: true},
	}
}

// healthz: the process is alive.
func healthz(_ *Server, x *exchange) *wire.Error {
	x.out = append(x.out, `{"status":"alive"}`...)
	return nil
}

// readyz: the engine takes traffic.
func readyz(s *Server, x *exchange) *wire.Error {
	if err := s.ready(); err != nil {
		return err
	}
	x.out = append(x.out, `{"status":"ready"}`...)
	return nil
}
