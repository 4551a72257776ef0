import DriverAPI
