package httpapi

import "gannet/codec/wire"

func healthRoutes() []route {
	return []route{
		{
			method: "GET", path: "/healthz", do: healthz, level: levelOpen,
			about: about{id: "healthz", tag: tagServer, summary: "See that the process is alive", data: statusView{}},
		},
		{
			method: "GET", path: "/readyz", do: readyz, level: levelOpen,
			about: about{id: "readyz", tag: tagServer, summary: "See that the server takes traffic", data: statusView{}},
		},
	}
}

type statusView struct {
	Status string `json:"status" enum:"alive,ready"`
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
